import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { pemOf, type PublicKey } from '@plumbline/shared/trust';

/** RFC 8410: what stands before the 32 bytes of a seed in PKCS #8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs as node:crypto does with nothing around it. @param seed 32 bytes */
export function bareEd25519(seed: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return (bytes) => sign(null, bytes, key);
}

/** One signature and what it is of, ready for node:crypto. P-256 as DER. */
export interface BareSignature {
  key: KeyObject;
  digest: 'sha256' | null;
  bytes: Uint8Array;
  signature: Uint8Array;
}

export function bareSignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): BareSignature {
  return { key: createPublicKey(pemOf(key)), digest: key.type === 'p256' ? 'sha256' : null, bytes, signature };
}

/** @throws RangeError when it does not hold: the figure would be of a refusal */
export function verifyBare({ key, digest, bytes, signature }: BareSignature): void {
  if (!verify(digest, bytes, key, signature)) throw new RangeError('a signature does not hold');
}
