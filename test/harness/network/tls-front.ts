import { connect, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { listening } from './listening.ts';

export interface TlsFront extends AsyncDisposable {
  port: number;
  /** How often somebody came, before any TLS. */
  connections(): number;
  /** Subject of each client's certificate, in order; undefined for a client without one. */
  clients: (string | undefined)[];
  /** Bytes of clients that came out of the encryption. */
  received(): number;
}

/** Speaks TLS with whoever comes and hands everything on in plain text: the door of a server, or of a reader in between. */
export async function startTlsFront(
  options: TlsOptions & { certificate: string },
  upstreamPort?: number,
): Promise<TlsFront> {
  const clients: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let received = 0;
  let connections = 0;
  const server = createServer({ rejectUnauthorized: false, ...options, cert: options.certificate }, (client) => {
    clients.push(client.getPeerX509Certificate()?.subject);
    client.on('error', () => undefined);
    client.on('data', (bytes) => (received += bytes.length));
    if (upstreamPort === undefined) return;
    const upstream = connect(upstreamPort, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.on('connection', () => (connections += 1));
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.on('tlsClientError', () => undefined);
  return {
    port: await listening(server),
    connections: () => connections,
    clients,
    received: () => received,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
