import { fromBase64Url, toHex } from '../bytes.ts';
import type { PublicKey } from './keys.ts';

/** A public key as platforms give it out (RFC 7517, RFC 8037), in our form; undefined: of a kind that nobody here signs with. */
export function publicKeyOfJwk({
  crv,
  x = '',
  y = '',
}: {
  crv?: string;
  x?: string;
  y?: string;
}): PublicKey | undefined {
  if (crv === 'Ed25519') return { type: 'ed25519', public: toHex(fromBase64Url(x)) };
  if (crv !== 'P-256') return undefined;
  // Compressed, SEC 1 §2.3.3: the parity of y stands before x.
  const isOdd = ((fromBase64Url(y).at(-1) ?? 0) & 1) === 1;
  return { type: 'p256', public: (isOdd ? '03' : '02') + toHex(fromBase64Url(x)) };
}
