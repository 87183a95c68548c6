import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError } from '../../ports/index.ts';
import { proxyFor, type ProxySettings } from './proxy.ts';
import { nameOf, type Target } from './secure-url.ts';
import { openTunnel } from './tunnel.ts';

const NO_SUCH_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL', 'ENODATA']);

/**
 * A TCP connection to the target, through the proxy where one applies; then the proxy finds the address.
 * @throws LinkError `dns_failed`, `port_blocked`, `proxy_refused`
 */
export async function dial(target: Target, proxies: ProxySettings | undefined, signal: AbortSignal): Promise<Socket> {
  const proxy = proxyFor(proxies, target);
  if (proxy === undefined) return openSocket(target, nameOf(target), signal);
  return openTunnel(await openSocket(proxy, `proxy ${nameOf(proxy)}`, signal), proxy, target, signal);
}

async function openSocket({ host, port }: Target, name: string, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  // Whoever uses the socket listens too; what happens before and after that must not end the process.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    throw failure(cause, name, signal);
  }
}

function failure(cause: unknown, name: string, signal: AbortSignal): LinkError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (NO_SUCH_NAME.has(code)) {
    return new LinkError('dns_failed', `${name}: no address is known for this name (${code})`, {
      kind: 'unavailable',
      field: 'host',
      cause,
    });
  }
  const why = signal.aborted ? messageOf(signal.reason) : code || messageOf(cause);
  return new LinkError('port_blocked', `${name}: cannot be reached (${why})`, {
    kind: 'unavailable',
    field: 'port',
    cause,
  });
}
