import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { listenerOf, type Address, type Handle, type Listener, type Watch } from './aedes-listeners.ts';

/** Largest WebSocket message, a little above the largest MQTT packet a device may send. */
const MAX_MESSAGE_BYTES = 320 * 1024;
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Whether pages of this origin may speak with us: every browser names it (RFC 6455, section 10.2), no gateway does. */
export type TakesOrigin = (origin: string, host: string | undefined) => boolean;

/** MQTT over WebSocket on a port of its own and on any path: development, and brokers under test. */
export function webSocketListener(address: Address, handle: Handle, watch: Watch = {}): Listener {
  const create = () => {
    const http = createHttpServer((_request, response) => response.writeHead(426).end());
    const webSockets = createWebSockets(handle);
    http.on('upgrade', (request, socket, head) => webSockets.take(request, socket as Socket, head));
    return http;
  };
  return listenerOf(address, create, watch);
}

/**
 * MQTT over WebSocket at one path of a web server that belongs to someone else: for browsers, and for networks that let
 * only web traffic out. `stop` closes these connections and no others; the server stays.
 */
export function upgradeListener(
  server: HttpServer | HttpsServer,
  path: string,
  handle: Handle,
  takesOrigin: TakesOrigin = () => true,
): Listener {
  const webSockets = createWebSockets(handle);
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Both kinds of server hand over the socket of the request, whatever the declared type says.
    const socket = stream as Socket;
    if (request.url?.split('?', 1)[0] === path) {
      const { origin, host } = request.headers;
      if (origin === undefined || takesOrigin(origin, host)) webSockets.take(request, socket, head);
      else socket.end(FORBIDDEN, () => socket.destroy());
    }
    // Whoever else listens may know the path; alone, we are the one who must answer.
    else if (server.listenerCount('upgrade') === 1) socket.end(NOT_FOUND, () => socket.destroy());
  };
  return {
    port: () => (server.address() as AddressInfo | null)?.port ?? 0,
    async start() {
      server.off('upgrade', upgrade).on('upgrade', upgrade);
    },
    async stop() {
      server.off('upgrade', upgrade);
      webSockets.close();
    },
  };
}

const ignore = () => undefined;

function createWebSockets(handle: Handle) {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  const opened = (webSocket: WebSocket, request: IncomingMessage) => {
    webSocket.on('error', () => webSocket.terminate());
    handle(createWebSocketStream(webSocket), request.socket, request);
  };
  return {
    take(request: IncomingMessage, socket: Socket, head: Buffer) {
      // An error before the WebSocket exists would have no listener, and end the process.
      socket.on('error', ignore);
      server.handleUpgrade(request, socket, head, (webSocket) => {
        socket.off('error', ignore);
        opened(webSocket, request);
      });
    },
    close() {
      for (const webSocket of server.clients) webSocket.terminate();
    },
  };
}
