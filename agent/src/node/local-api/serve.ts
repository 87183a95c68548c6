import { createAdaptorServer } from '@hono/node-server';
import { messageOf } from '@plumbline/shared/errors';
import type { Hono } from 'hono';
import { NodeAgentError } from '../errors.ts';

const HOST = '127.0.0.1';
/** A caller that sends half a request does not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface LocalServer extends AsyncDisposable {
  url: string;
}

/**
 * Serves on loopback; disposing waits for the answers under way.
 * @param port 0 for any free one
 * @throws NodeAgentError `port_busy`, `listen_failed`, naming host and port
 */
export async function serveLocally(fetch: Hono['fetch'], port: number): Promise<LocalServer> {
  const server = createAdaptorServer({ fetch, serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS } });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenFailure(cause, port)));
    server.listen(port, HOST, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : port;
  return {
    url: `http://${HOST}:${bound}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
    },
  };
}

function listenFailure(cause: Error, port: number): NodeAgentError {
  const isBusy = 'code' in cause && cause.code === 'EADDRINUSE';
  const message = isBusy ? `${HOST}:${port} is in use by another process` : `${HOST}:${port}: ${messageOf(cause)}`;
  return new NodeAgentError(isBusy ? 'port_busy' : 'listen_failed', message, {
    kind: 'unavailable',
    field: 'port',
    expected: 'a free port: --port N, or --port 0 for any',
    cause,
  });
}
