import { createSigner, type LocalSigner } from '../signing/signer.ts';

/** The same key for the same number, every time. */
export function signerOf(seed: number, type: 'ed25519' | 'p256' = 'ed25519'): LocalSigner {
  const secret = new Uint8Array(32).fill(1);
  new DataView(secret.buffer).setUint32(0, seed);
  return createSigner({ type, secret });
}

/** One key for each role of a repository; the builder signs seals too, and so is of P-256. */
export const KEYS = {
  root: signerOf(1),
  targets: signerOf(2),
  snapshot: signerOf(3),
  timestamp: signerOf(4),
  director: signerOf(5),
  builder: signerOf(6, 'p256'),
  approver: signerOf(7),
  stranger: signerOf(8),
} as const;
