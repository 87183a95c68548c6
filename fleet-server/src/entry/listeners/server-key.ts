import { ECDH, generateKeyPairSync } from 'node:crypto';
import { fromBase64Url, toHex, type PublicKey } from '@plumbline/shared/trust';

/** A TLS key that lives as long as this process and is written nowhere. P-256, because browsers do not take Ed25519. */
export function createServerKey(): { pem: string; publicKey: PublicKey } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const point = `04${toHex(fromBase64Url(x))}${toHex(fromBase64Url(y))}`;
  const compressed = ECDH.convertKey(point, 'prime256v1', 'hex', 'hex', 'compressed');
  return {
    pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: { type: 'p256', public: String(compressed) },
  };
}
