import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { BrokerError } from '../ports/index.ts';

export interface Address {
  host: string;
  /** 0 takes a free port, and the same one again after a `stop`. */
  port: number;
}

/** Takes a new MQTT connection; `socket` is what carries it. */
export type Handle = (stream: Duplex, socket: Socket, request?: IncomingMessage) => void;

export interface Listener {
  start(): Promise<void>;
  /** Closes the port and every connection on it. */
  stop(): Promise<void>;
  /** Port in use, or 0 before the first start. */
  port(): number;
}

/** Largest WebSocket message, a little above the largest MQTT frame a device may send. */
const MAX_MESSAGE_BYTES = 512 * 1024;

export function tcpListener(address: Address, handle: Handle): Listener {
  return listenerOf(address, () => createTcpServer({ noDelay: true }, (socket) => handle(socket, socket)));
}

/** MQTT over WebSocket on any path, for browsers and for networks that let only web traffic out. */
export function webSocketListener(address: Address, handle: Handle): Listener {
  return listenerOf(address, () => {
    const http = createHttpServer((_request, response) => response.writeHead(426).end());
    const upgrades = new WebSocketServer({
      server: http,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    });
    upgrades.on('connection', (webSocket, request) => {
      webSocket.on('error', () => webSocket.terminate());
      handle(createWebSocketStream(webSocket), request.socket, request);
    });
    // The HTTP server reports its own errors below; without a listener here they would end the process.
    upgrades.on('error', () => undefined);
    return http;
  });
}

function listenerOf({ host, port }: Address, create: () => TcpServer | HttpServer): Listener {
  let server: TcpServer | HttpServer | undefined;
  let usedPort = port;
  const sockets = new Set<Socket>();

  return {
    port: () => usedPort,
    async start() {
      const started = create();
      started.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      await listen(started, host, usedPort);
      usedPort = (started.address() as AddressInfo).port;
      server = started;
    },
    async stop() {
      const stopped = server;
      server = undefined;
      if (stopped === undefined) return;
      const closed = new Promise<void>((resolve) => stopped.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: TcpServer | HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const busy = cause.code === 'EADDRINUSE';
      const why = busy ? 'is in use by another program' : `cannot be opened: ${cause.message}`;
      const options = { kind: 'unavailable', field: 'port', cause } as const;
      reject(new BrokerError(busy ? 'port_busy' : 'listen_failed', `${host}:${port} ${why}.`, options));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      // A failure to accept one connection (too many open files) concerns that connection alone.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
