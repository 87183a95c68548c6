import { createSeededRandom } from '@plumbline/shared/testing';

/** Draws from one seeded stream; the same seed gives the same demo on every machine. */
export interface Draw {
  uniform(low: number, high: number): number;
  /** Both ends included. */
  integer(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

export function createDraw(seed: number): Draw {
  const random = createSeededRandom(seed);
  const uniform = (low: number, high: number) => low + (high - low) * random.next();
  const integer = (low: number, high: number) => Math.floor(uniform(low, high + 1));
  return {
    uniform,
    integer,
    // Box–Muller; 1 − u because the logarithm of 0 is not a number to work with.
    normal: () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
    chance: (probability) => random.next() < probability,
    pick: (choices) => choices[integer(0, choices.length - 1)]!,
  };
}
