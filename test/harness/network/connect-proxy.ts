import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from './listening.ts';

export interface ConnectProxy extends AsyncDisposable {
  /** `http://localhost:PORT`, without credentials. */
  port: number;
  /** What it was asked for, `host:port` each. */
  asked: string[];
}

/**
 * An HTTP proxy that knows CONNECT and nothing else. Every name leads to this machine, so that a test can call its
 * server what it likes.
 * @param answer status for a request; 200 opens the way
 */
export async function startConnectProxy(
  answer: (request: IncomingMessage) => number = () => 200,
): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    asked.push(request.url ?? '');
    client.on('error', () => undefined);
    const status = answer(request);
    if (status !== 200) return client.end(`HTTP/1.1 ${status} Not today\r\n\r\n`);
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const port = await listening(server);
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
