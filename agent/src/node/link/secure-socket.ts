import type { TLSSocket } from 'node:tls';
import { LinkError } from '../../ports/index.ts';
import { dial } from './dial.ts';
import { shakeHands, type ClientIdentity } from './handshake.ts';
import type { ProxySettings } from './proxy.ts';
import { nameOf, type Target } from './secure-url.ts';
import { verifyServer, type Pin, type TrustedTime } from './verify-server.ts';

export interface SecureOptions {
  pin: Pin;
  time: TrustedTime;
  client?: ClientIdentity | undefined;
  proxy?: ProxySettings | undefined;
  signal: AbortSignal;
}

/**
 * A TLS 1.3 connection to a server that was verified before the first byte of ours.
 * @returns the socket, and the authority that vouches for the server as PEM
 * @throws LinkError, its code saying how far it got
 */
export async function openSecureSocket(
  target: Target,
  { pin, time, client, proxy, signal }: SecureOptions,
): Promise<{ socket: TLSSocket; caPem: string }> {
  const socket = await shakeHands(await dial(target, proxy, signal), target, client, signal);
  try {
    return { socket, caPem: verifyServer(certificateOf(socket, target), target.host, pin, time) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** @throws LinkError `tls_failed`: the connection ended right after the handshake */
export function certificateOf(socket: TLSSocket, target: Target) {
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined) return certificate;
  throw new LinkError('tls_failed', `${nameOf(target)}: showed no certificate`, { kind: 'unavailable', field: 'tls' });
}

/** Fires after `timeoutMs`, with a reason a person can read. Its timer does not keep the process alive. */
export function deadline(timeoutMs: number, signal?: AbortSignal | null): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref();
  return signal ? AbortSignal.any([late.signal, signal]) : late.signal;
}
