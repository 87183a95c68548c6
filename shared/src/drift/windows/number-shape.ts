import { z } from 'zod';
import { countOctave, mergeOctaves, octaveCounts } from './octaves.ts';

const count = z.number().int().nonnegative();

/** What bins do not tell of the values of a number feature: whether they are in range, in which unit, and moving at all. */
export const numberShape = z.strictObject({
  /** Below and above everything the reference holds. */
  below: count,
  above: count,
  /** Values equal to the one before of this device and line, of `compared` that had one before. */
  repeats: count,
  compared: count,
  octaves: octaveCounts,
});

export type NumberShape = z.infer<typeof numberShape>;

export function emptyShape(): NumberShape {
  return { below: 0, above: 0, repeats: 0, compared: 0, octaves: [] };
}

/** Counts one value that is not missing, in place. @param before the one before it, if any */
export function countShape(
  shape: NumberShape,
  value: number,
  before: number | undefined,
  support: { low: number; high: number } | undefined,
): void {
  if (support !== undefined && value < support.low) shape.below += 1;
  if (support !== undefined && value > support.high) shape.above += 1;
  if (before !== undefined) {
    shape.compared += 1;
    if (value === before) shape.repeats += 1;
  }
  countOctave(shape.octaves, value);
}

export function mergeShapes(a: NumberShape = emptyShape(), b: NumberShape = emptyShape()): NumberShape {
  return {
    below: a.below + b.below,
    above: a.above + b.above,
    repeats: a.repeats + b.repeats,
    compared: a.compared + b.compared,
    octaves: mergeOctaves(a.octaves, b.octaves),
  };
}
