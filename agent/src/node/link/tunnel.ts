import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError } from '../../ports/index.ts';
import type { Proxy } from './proxy.ts';
import { nameOf, type Target } from './secure-url.ts';

/**
 * Asks the proxy at the other end of this socket for a way to the target (HTTP CONNECT, RFC 9110 §9.3.6).
 * @throws LinkError `proxy_refused` with the status of the proxy
 */
export async function openTunnel(socket: Socket, proxy: Proxy, target: Target, signal: AbortSignal): Promise<Socket> {
  const path = nameOf(target);
  const asked = request({
    method: 'CONNECT',
    path,
    headers: { host: path, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
    createConnection: () => socket,
  });
  asked.on('error', () => undefined);
  asked.end();
  try {
    const [answer, , head] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket, Buffer];
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) throw refused(proxy, target, `${status} ${answer.statusMessage ?? ''}`, status);
    if (head.length > 0) socket.unshift(head);
    return socket;
  } catch (cause) {
    socket.destroy();
    if (cause instanceof LinkError) throw cause;
    throw refused(proxy, target, signal.aborted ? messageOf(signal.reason) : messageOf(cause), 0, cause);
  }
}

function refused(proxy: Proxy, target: Target, said: string, status: number, cause?: unknown): LinkError {
  const message = `proxy ${nameOf(proxy)} does not let ${nameOf(target)} through: ${said.trim()}`;
  const isFinal = status >= 400 && status < 500;
  const expected = status === 407 ? 'user and password of the proxy, in its URL' : 'status 200 of the proxy';
  return new LinkError('proxy_refused', message, {
    kind: isFinal ? 'refused' : 'unavailable',
    field: 'proxy',
    expected,
    cause,
  });
}
