import type { Random } from '../../ports/random.ts';
import { createSeededRandom } from '../seeded-random.ts';

/** Seeded chance. Every part of a world draws from its own branch, so that one more draw here moves nothing there. */
export interface Chance extends Random {
  /** An integer of [min, max]. */
  integer(min: number, max: number): number;
  happens(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  branch(name: string): Chance;
}

export function createChance(seed: number): Chance {
  const random = createSeededRandom(seed);
  return {
    ...random,
    integer: (min, max) => min + Math.floor(random.next() * (max - min + 1)),
    happens: (probability) => probability > 0 && random.next() < probability,
    pick: (from) => from[Math.floor(random.next() * from.length)] ?? from[0],
    branch: (name) => createChance(mix(seed, name)),
  };
}

/** FNV-1a over the name, begun at the seed. */
function mix(seed: number, name: string): number {
  let mixed = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < name.length; i += 1) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return mixed;
}
