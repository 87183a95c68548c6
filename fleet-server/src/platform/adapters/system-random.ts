import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '@plumbline/shared/ports';

const STEPS = 2 ** 47;

export const systemRandom: Random = {
  next: () => randomInt(STEPS) / STEPS,
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
