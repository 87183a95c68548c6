import { randomBytes } from 'node:crypto';
import type { KeyRole, NewKey } from './key-file.ts';
import { KEY_TYPES } from './layout.ts';

/** A new private key of the type its role signs with. */
export function makeKey(role: KeyRole, development: boolean): NewKey {
  const type = KEY_TYPES[role];
  return { role, type, secret: type === 'ed25519' ? randomBytes(32) : p256Scalar(), development };
}

/** A P-256 scalar must lie below the order of the curve; drawing again costs nothing. */
function p256Scalar(): Uint8Array {
  for (;;) {
    const secret = randomBytes(32);
    if ((secret[0] ?? 255) < 255) return secret;
  }
}
