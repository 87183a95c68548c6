import { createServer as createSecureServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import { messageOf } from '@plumbline/shared/errors';
import type { Hono } from 'hono';
import { NodeAgentError } from '../errors.ts';
import { letGo } from './let-go.ts';

const LOOPBACK = '127.0.0.1';
/** A caller that sends half a request does not hold a connection for ever; bodies have limits of their own. */
const HEADERS_TIMEOUT_MS = 30_000;
/** Nothing sent and nothing taken for so long; a stream of events beats more often. */
const IDLE_TIMEOUT_MS = 120_000;
const MAX_CONNECTIONS = 256;

export interface LocalServer extends AsyncDisposable {
  url: string;
}

export interface SecureListen {
  host: string;
  port: number;
  /** PEM. */
  cert: string;
  key: string;
}

/**
 * Serves on loopback; disposing waits for the answers under way.
 * @param port 0 for any free one
 * @throws NodeAgentError `port_busy`, `listen_failed`, naming host and port
 */
export async function serveLocally(fetch: Hono['fetch'], port: number): Promise<LocalServer> {
  const server = createAdaptorServer({ fetch, serverOptions: { requestTimeout: 0 } });
  return listen(server, { host: LOOPBACK, port, scheme: 'http', field: 'port' });
}

/** The same on an address of the site network, TLS 1.3 only. @throws NodeAgentError `port_busy`, `listen_failed` */
export async function serveSecurely(fetch: Hono['fetch'], options: SecureListen): Promise<LocalServer> {
  const { host, port, cert, key } = options;
  const serverOptions = { cert, key, minVersion: 'TLSv1.3', requestTimeout: 0 } as const;
  const server = createAdaptorServer({ fetch, createServer: createSecureServer, serverOptions });
  return listen(server, { host, port, scheme: 'https', field: 'listen' });
}

interface Where {
  host: string;
  port: number;
  scheme: 'http' | 'https';
  field: 'port' | 'listen';
}

async function listen(server: ReturnType<typeof createAdaptorServer>, where: Where): Promise<LocalServer> {
  const { host, port, scheme } = where;
  if ('headersTimeout' in server) {
    server.headersTimeout = HEADERS_TIMEOUT_MS;
    server.setTimeout(IDLE_TIMEOUT_MS);
  }
  server.maxConnections = MAX_CONNECTIONS;
  const close = letGo(server, scheme === 'https' ? 'secureConnection' : 'connection');
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenFailure(cause, where)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : port;
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    [Symbol.asyncDispose]: close,
  };
}

function listenFailure(cause: Error, { host, port, field }: Where): NodeAgentError {
  const isBusy = 'code' in cause && cause.code === 'EADDRINUSE';
  const message = isBusy ? `${host}:${port} is in use by another process` : `${host}:${port}: ${messageOf(cause)}`;
  return new NodeAgentError(isBusy ? 'port_busy' : 'listen_failed', message, {
    kind: 'unavailable',
    field,
    expected: field === 'port' ? 'a free port: --port N, or --port 0 for any' : 'a free port on an address of its own',
    cause,
  });
}
