import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { createSigner, type LocalSigner } from '@plumbline/shared/trust';

/** RFC 8410: what stands before the 32 bytes of a seed in PKCS #8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A signer on node:crypto where that gives the same bytes sooner: Ed25519 is deterministic, and several times as fast
 * there. OpenSSL's ECDSA is random, so P-256 stays with RFC 6979.
 */
export function createNativeSigner(key: { type: 'ed25519' | 'p256'; secret: Uint8Array }): LocalSigner {
  const portable = createSigner(key);
  if (key.type !== 'ed25519') return portable;
  const native = ed25519Key(key.secret);
  return { ...portable, sign: (bytes) => new Uint8Array(sign(null, bytes, native)) };
}

function ed25519Key(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
