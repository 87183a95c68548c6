import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from './listening.ts';

/** The one way out of a site: an HTTP proxy outside of every device, which counts what it carries and can be cut. */
export interface WayOut extends AsyncDisposable {
  /** For `HTTPS_PROXY` and for a browser. */
  url: string;
  /** Of both directions, TLS and everything in it, since the start. */
  bytes(): number;
  /** Ends every connection, and lets nobody out until `restore`. */
  cut(): void;
  restore(): void;
}

/**
 * Knows CONNECT and nothing else. Every name leads to this machine.
 * @param pace `bytesPerSecond` that come in for each connection: a site is on a mobile link
 */
export async function startWayOut({ bytesPerSecond = Infinity } = {}): Promise<WayOut> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  let isCut = false;
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => undefined);
    if (isCut) return client.destroy();
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream);
    });
    client.on('data', (part) => (bytes += part.length));
    upstream.on('data', (part) => {
      bytes += part.length;
      client.write(part);
      if (bytesPerSecond === Infinity) return;
      upstream.pause();
      setTimeout(() => upstream.resume(), (part.length / bytesPerSecond) * 1000);
    });
    upstream.on('end', () => client.end());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const port = await listening(server);
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    cut() {
      isCut = true;
      endAll();
    },
    restore() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      endAll();
      await closed;
    },
  };
}
