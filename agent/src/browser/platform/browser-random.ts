import type { Random } from '@plumbline/shared/ports';

const TWO_TO_32 = 2 ** 32;

/** Randomness of the browser. */
export function createBrowserRandom(): Random {
  return {
    next: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / TWO_TO_32,
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}
