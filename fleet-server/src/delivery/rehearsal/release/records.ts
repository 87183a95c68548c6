import type { Chance } from '@plumbline/shared/testing/world';

/** The two features of a stand-in. */
export type StandInValues = { a: number; b: number };

/** What sites ask about: both features are normal (0, 1), moved by `shift`. */
export function drawValues(chance: Chance, shift = 0): StandInValues {
  return { a: normal(chance, shift), b: normal(chance, shift) };
}

/** Sum of twelve uniform draws less six: close enough to normal, and the same on every machine. */
function normal(chance: Chance, mean: number): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += chance.next();
  return Math.round((sum + mean) * 1000) / 1000;
}
