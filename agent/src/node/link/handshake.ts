import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError } from '../../ports/index.ts';
import { nameOf, type Target } from './secure-url.ts';

/** What this device shows a server that asks: its certificate, and the key that proves it is its own. */
export interface ClientIdentity {
  certificate: string;
  key: KeyObject;
}

/**
 * TLS 1.3 over this socket. The server is NOT verified yet: OpenSSL would judge its dates by a clock that may say 1970.
 * @throws LinkError `tls_failed`; `certificate_unusable` when the device's own certificate is not of its key
 */
export async function shakeHands(
  socket: Socket,
  target: Target,
  client: ClientIdentity | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secureContext = contextOf(client);
  const secure = connect({
    socket,
    secureContext,
    rejectUnauthorized: false,
    ...(isIP(target.host) === 0 && { servername: target.host }),
  });
  secure.on('error', () => undefined);
  try {
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (cause) {
    secure.destroy();
    const why = signal.aborted ? messageOf(signal.reason) : messageOf(cause);
    throw new LinkError('tls_failed', `${nameOf(target)}: no TLS 1.3 connection (${why.trim()})`, {
      kind: 'unavailable',
      field: 'tls',
      expected: 'a server that speaks TLS 1.3',
      cause,
    });
  }
}

function contextOf(client: ClientIdentity | undefined): SecureContext {
  const identity = client && {
    cert: client.certificate,
    key: client.key.export({ type: 'pkcs8', format: 'pem' }),
  };
  try {
    // No authorities of the system: who is believed is decided by verifyServer alone.
    return createSecureContext({ ca: [], minVersion: 'TLSv1.3', ...identity });
  } catch (cause) {
    throw new LinkError('certificate_unusable', 'the certificate of this device does not belong to its key', {
      kind: 'refused',
      field: 'certificate',
      expected: 'the certificate issued for the device key',
      cause,
    });
  }
}
