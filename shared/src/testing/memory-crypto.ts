import { sha256 } from '@noble/hashes/sha2.js';
import type { Crypto } from '../ports/crypto.ts';
import type { Random } from '../ports/random.ts';
import { createSigner } from '../trust/signing/signer.ts';

/** A device key that lives as long as the object. */
export function createMemoryCrypto(random: Random): Crypto {
  const signer = createSigner({ type: 'ed25519', secret: random.bytes(32) });
  return {
    sha256: async (bytes) => sha256(bytes),
    devicePublicKey: async () => signer.publicKey,
    signAsDevice: async (bytes) => signer.sign(bytes),
  };
}
