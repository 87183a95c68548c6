import { randomBytes } from 'node:crypto';
import type { Random } from '@plumbline/shared/ports';

const TWO_TO_48 = 2 ** 48;

/** Randomness of the operating system. */
export function createNodeRandom(): Random {
  return {
    next: () => randomBytes(6).readUIntBE(0, 6) / TWO_TO_48,
    bytes: (length) => new Uint8Array(randomBytes(length)),
  };
}
