import { z } from 'zod';

/** Zeros; every other magnitude lies between −127 and 127. */
const ZERO = -128;
const LARGEST = 127;

/** Counts by octave, in order of octaves, empty ones left out. */
export const octaveCounts = z
  .array(z.tuple([z.number().int().min(ZERO).max(LARGEST), z.number().int().positive()]))
  .max(LARGEST - ZERO + 1);

export type OctaveList = z.infer<typeof octaveCounts>;

/** floor(log₂|x|) of a number, whatever its sign; −128 of zero. What is not finite lies in the outermost ones. */
export function octaveOf(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || Number.isNaN(size)) return ZERO;
  const rough = Math.floor(Math.log2(size));
  // A logarithm may round up to the next octave just below it: all devices must agree, to the count.
  const octave = 2 ** rough > size ? rough - 1 : rough;
  return Math.max(-LARGEST, Math.min(LARGEST, octave));
}

/** Counts one value, in place. */
export function countOctave(counts: OctaveList, value: number): void {
  const octave = octaveOf(value);
  let at = counts.length;
  while (at > 0 && counts[at - 1]![0] > octave) at -= 1;
  const before = counts[at - 1];
  if (before?.[0] === octave) before[1] += 1;
  else counts.splice(at, 0, [octave, 1]);
}

export function mergeOctaves(a: readonly (readonly [number, number])[], b: typeof a): OctaveList {
  const sums = new Map<number, number>();
  for (const [octave, count] of [...a, ...b]) sums.set(octave, (sums.get(octave) ?? 0) + count);
  return [...sums].toSorted(([left], [right]) => left - right);
}
