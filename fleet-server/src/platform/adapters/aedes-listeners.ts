import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { X509Certificate } from 'node:crypto';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { BrokerError } from '../ports/index.ts';

export interface Address {
  host: string;
  /** 0 takes a free port, and the same one again after a `stop`. */
  port: number;
}

/** PEM texts: chain and key of the server, and the authority whose client certificates are taken. */
export interface TlsMaterial {
  cert: string;
  key: string;
  ca: string;
}

/**
 * Judges the certificate a client shows, in place of OpenSSL, which knows the clock of this machine and no other.
 * @returns why it is refused; nothing when it is taken
 */
export type JudgeClient = (certificate: X509Certificate | undefined) => string | undefined;

/** Takes a new MQTT connection; `socket` is what carries it, a `TLSSocket` where there is TLS. */
export type Handle = (stream: Duplex, socket: Socket, request?: IncomingMessage) => void;

export interface Watch {
  /** Asked before anything is read from a connection; false closes it. */
  accept?: (socket: Socket) => boolean;
  /** Told of a connection that did not get as far as `handle`. */
  failed?: (error: Error, socket: Socket) => void;
}

export interface Listener {
  start(): Promise<void>;
  /** Closes the port and every connection on it. */
  stop(): Promise<void>;
  /** Port in use, or 0 before the first start. */
  port(): number;
}

export interface TlsListener extends Listener {
  /** Takes a renewed certificate; connections that exist keep the old one. */
  reload(tls: TlsMaterial): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

export function tcpListener(address: Address, handle: Handle, watch: Watch = {}): Listener {
  return listenerOf(address, () => createTcpServer({ noDelay: true }, (socket) => handle(socket, socket)), watch);
}

/** TLS 1.3 with a client certificate that is taken, or no connection. */
export function tlsListener(
  address: Address,
  { judge, ...tls }: TlsMaterial & { judge?: JudgeClient | undefined },
  handle: Handle,
  watch: Watch = {},
): TlsListener {
  let material = tls;
  let server: TlsServer | undefined;
  const create = () => {
    server = createTlsServer(
      {
        ...contextOf(material),
        requestCert: true,
        rejectUnauthorized: judge === undefined,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        noDelay: true,
      },
      (socket) => {
        const refusal = judge?.(socket.getPeerX509Certificate());
        if (refusal === undefined) return handle(socket, socket);
        watch.failed?.(new Error(`refused: client certificate: ${refusal}`), socket);
        socket.destroy();
      },
    );
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      // For a certificate that was refused the error says only that the connection ended.
      const { authorizationError } = socket as { authorizationError?: unknown };
      if (!authorizationError && error.code === 'ECONNRESET') return; // hung up, or closed by the gate
      const reason = authorizationError ? `client certificate: ${String(authorizationError)}` : error.message;
      watch.failed?.(new Error(`refused: TLS, ${reason}`, { cause: error }), socket);
    });
    return server;
  };
  return {
    ...listenerOf(address, create, watch),
    reload(renewed) {
      material = renewed;
      server?.setSecureContext(contextOf(renewed));
    },
  };
}

const contextOf = ({ cert, key, ca }: TlsMaterial) => ({ cert, key, ca, minVersion: 'TLSv1.3' }) as const;

export function listenerOf(
  { host, port }: Address,
  create: () => TcpServer | HttpServer,
  { accept = () => true }: Watch,
): Listener {
  let server: TcpServer | HttpServer | undefined;
  let usedPort = port;
  const sockets = new Set<Socket>();

  return {
    port: () => usedPort,
    async start() {
      const started = create();
      // What is accepted here is bare TCP, also under TLS: a refused connection costs no handshake.
      started.on('connection', (socket: Socket) => {
        if (!accept(socket)) return socket.destroy();
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
