import { z } from 'zod';
import { sha256Hex } from './bytes.ts';
import { canonicalBytes } from './canonical-json.ts';

/** Ed25519: 32 bytes. P-256: 33 bytes, SEC1 compressed. Both as lower-case hex. */
export const publicKey = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ed25519'), public: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ type: z.literal('p256'), public: z.string().regex(/^0[23][0-9a-f]{64}$/) }),
]);

export type PublicKey = z.infer<typeof publicKey>;

/** Name of a key: SHA-256 over its canonical JSON, so that one key cannot count twice under two names. */
export function keyId(key: PublicKey): string {
  return sha256Hex(canonicalBytes(key));
}
