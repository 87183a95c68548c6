import { z } from 'zod';
import { scoreBin, SCORE_BINS } from '../bins.ts';
import { addCounts } from './add-counts.ts';

const count = z.number().int().nonnegative();
const scoreCounts = z.array(count).max(SCORE_BINS);

/** Positive is late, and said to be late is selected. */
export const confusionCounts = z.strictObject({ tp: count, fp: count, tn: count, fn: count });

/** Outcomes by the score bin of their prediction, in time and late, and the confusion of each slice of the reference. */
export const outcomeCounts = z.strictObject({
  negative: scoreCounts,
  positive: scoreCounts,
  slices: z.array(confusionCounts).max(16),
});

export type ConfusionCounts = z.infer<typeof confusionCounts>;
export type OutcomeCounts = z.infer<typeof outcomeCounts>;

/** A prediction as it was counted: what its outcome is counted by, as the values are not kept. */
export interface CountedPrediction {
  score: number;
  /** Said to be late. */
  selected: boolean;
  /** Numbers of the slices it lies in. */
  slices: readonly number[];
}

export function emptyOutcomes(): OutcomeCounts {
  return { negative: zeros(), positive: zeros(), slices: [] };
}

/** Counts one outcome in place. */
export function countOutcome(into: OutcomeCounts, of: CountedPrediction, label: 0 | 1): void {
  const counts = label === 1 ? into.positive : into.negative;
  const bin = scoreBin(of.score);
  counts[bin] = (counts[bin] ?? 0) + 1;
  const cell = label === 1 ? (of.selected ? 'tp' : 'fn') : of.selected ? 'fp' : 'tn';
  for (const slice of of.slices) {
    while (into.slices.length <= slice) into.slices.push({ tp: 0, fp: 0, tn: 0, fn: 0 });
    into.slices[slice]![cell] += 1;
  }
}

export function mergeOutcomes(a: OutcomeCounts | undefined, b: OutcomeCounts | undefined): OutcomeCounts | undefined {
  return a === undefined || b === undefined ? (a ?? b) : combine(a, b, 1);
}

/**
 * What holds now: counted less taken back. Below zero nothing goes: a correction whose window came before what it corrects
 * takes nothing back yet.
 */
export function outcomesOf(window: {
  matured?: OutcomeCounts | undefined;
  corrections?: OutcomeCounts | undefined;
}): OutcomeCounts {
  return combine(window.matured ?? emptyOutcomes(), window.corrections ?? emptyOutcomes(), -1);
}

function combine(a: OutcomeCounts, b: OutcomeCounts, sign: 1 | -1): OutcomeCounts {
  const cell = (x = 0, y = 0) => Math.max(0, x + sign * y);
  return {
    negative: addCounts(a.negative, b.negative, sign),
    positive: addCounts(a.positive, b.positive, sign),
    slices: Array.from({ length: Math.max(a.slices.length, b.slices.length) }, (_, i) => {
      const [x, y] = [a.slices[i], b.slices[i]];
      return { tp: cell(x?.tp, y?.tp), fp: cell(x?.fp, y?.fp), tn: cell(x?.tn, y?.tn), fn: cell(x?.fn, y?.fn) };
    }),
  };
}

function zeros(): number[] {
  return Array<number>(SCORE_BINS).fill(0);
}
