import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { ListenerError } from './errors.ts';
import type { SecureContextSource } from './secure-context.ts';

export interface WebServer {
  /** `https://host:port`; `http://…` without a source of certificates. */
  url: string;
  port: number;
  /** For WebSockets: whoever takes upgrades listens here. */
  server: HttpServer | HttpsServer;
  /** Waits for the answers under way; upgraded connections are their owner's to end. */
  close(): Promise<void>;
}

export interface WebServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Name of the setting that holds the port, for whoever finds it in use. */
  setting?: string;
  /** Without it plain HTTP is spoken: for development on loopback alone. */
  secure?: SecureContextSource | undefined;
}

/** A client that sends slowly, or nothing, does not hold a connection for ever. */
const LIMITS = { headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 30_000, maxHeaderSize: 16_384 };
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * The web door: console, API, enrolment, renewal, and WebSockets for tablets and gateways. It asks nobody for a
 * certificate: browsers have none, and at that question Chromium gives up a WebSocket. Devices bring a token.
 * @throws ListenerError `port_busy`, `listen_failed`, naming host and port
 */
export async function listenWeb(
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  { host, port, secure, setting = 'PLUMBLINE_HTTP_PORT' }: WebServerOptions,
): Promise<WebServer> {
  const answer = getRequestListener(fetch);
  const waiting: Waiting = new Map();
  // Without anybody who takes it an upgrade is a request like others, and is answered.
  const shouldUpgradeCallback = ({ socket }: IncomingMessage) => {
    const isTaken = server.listenerCount('upgrade') > 0;
    if (isTaken) waiting.delete(socket);
    return isTaken;
  };
  const options = { ...LIMITS, shouldUpgradeCallback };
  const server: HttpServer | HttpsServer =
    secure === undefined ? createHttpServer(options, answer) : secureServer(secure, options, answer);
  const close = closerOf(server, waiting);
  await listen(server, { host, port, setting });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `${secure === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    server,
    close,
  };
}

/** Connections, and how many answers each waits for; those that were upgraded are not among them. */
type Waiting = Map<Socket, number>;

/**
 * A browser opens connections ahead of what it will ask. To Node they are not idle before their first request, and nobody
 * looks at their timeouts any more once the server closes: so who waits for no answer goes at once, the others behind theirs.
 */
function closerOf(server: HttpServer | HttpsServer, waiting: Waiting): () => Promise<void> {
  let isClosing = false;
  const arrived = (socket: Socket) => {
    waiting.set(socket, 0);
    socket.once('close', () => waiting.delete(socket));
  };
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', arrived);
  server.on('request', ({ socket }, response) => {
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (waiting.get(socket) ?? 1) - 1;
      if (isClosing && left === 0) socket.destroySoon();
      else if (waiting.has(socket)) waiting.set(socket, left);
    });
  });
  return () =>
    new Promise((resolve) => {
      isClosing = true;
      server.close(() => resolve());
      for (const [socket, answers] of waiting) if (answers === 0) socket.destroy();
    });
}

function secureServer(secure: SecureContextSource, options: ServerOptions, answer: RequestListener): HttpsServer {
  const server = createHttpsServer(
    {
      ...options,
      ...secure.current(),
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      SNICallback: (name, done) => done(null, secure.contextFor(name)),
    },
    answer,
  );
  // For clients that come by address and so name nobody.
  secure.onRenewed((tls) => server.setSecureContext({ ...tls, minVersion: 'TLSv1.3' }));
  return server;
}

function listen(
  server: HttpServer | HttpsServer,
  { host, port, setting }: { host: string; port: number; setting: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const busy = cause.code === 'EADDRINUSE';
      reject(
        new ListenerError(busy ? 'port_busy' : 'listen_failed', `${host}:${port}: ${cause.message}`, {
          kind: 'unavailable',
          field: setting,
          expected: 'a free port',
          cause,
        }),
      );
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      // Failing to accept one connection concerns that connection alone.
      server.on('error', () => undefined);
      resolve();
    });
  });
}
