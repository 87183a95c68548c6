import { connect, createServer, type Socket } from 'node:net';
import { listening } from '../../harness/network/listening.ts';

export interface Traffic {
  upBytes: number;
  downBytes: number;
  /** Pieces that arrived by themselves, about a segment each on an idle link. */
  segments: number;
}

export interface CountProxy extends AsyncDisposable {
  port: number;
  /** What passed so far. */
  counted(): Traffic;
}

/** Stands before a port of this machine and counts what passes, TLS and all. */
export async function startCountProxy(target: number): Promise<CountProxy> {
  const traffic: Traffic = { upBytes: 0, downBytes: 0, segments: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [socket, direction] of [
      [client, 'upBytes'],
      [upstream, 'downBytes'],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => {
        traffic[direction] += chunk.length;
        traffic.segments += 1;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    upstream.pipe(client).pipe(upstream);
  });
  const port = await listening(server);
  return {
    port,
    counted: () => ({ ...traffic }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
