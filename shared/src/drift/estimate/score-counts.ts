import { SCORE_BINS } from '../bins.ts';
import { sum } from '../tests/pool.ts';

/** Outcomes by the score bin of their prediction: negative is in time, positive is late. */
export interface LabelCounts {
  negative: readonly number[];
  positive: readonly number[];
}

export type PerformanceName = 'accuracy' | 'brier' | 'auc';

/** Higher is better for all but Brier. */
export type Performance = Record<PerformanceName, number>;

/** A measure over bins, and how much it moves with the rate of late outcomes in each. */
export interface Graded {
  value: number;
  slopes: number[];
}

/** Middle of a score bin: what all of its scores are taken for; costs a Brier score at most 1/4800. */
export function scoreAt(bin: number): number {
  return (bin + 0.5) / SCORE_BINS;
}

/**
 * Accuracy, Brier score and area under the curve (ties count half) of `n[b]` predictions per bin of which a share
 * `rate[b]` is late. A rate may be counted or expected.
 * @param threshold score from which a prediction says late
 */
export function gradeBins(
  n: readonly number[],
  rate: readonly number[],
  threshold: number,
): Record<PerformanceName, Graded> {
  const total = Math.max(1, sum(n));
  const linear = (late: (score: number) => number, inTime: (score: number) => number): Graded => {
    const slopes = n.map((count, b) => (count * (late(scoreAt(b)) - inTime(scoreAt(b)))) / total);
    const base = n.reduce((all, count, b) => all + count * inTime(scoreAt(b)), 0) / total;
    return { value: slopes.reduce((all, slope, b) => all + slope * (rate[b] ?? 0), base), slopes };
  };
  return {
    accuracy: linear(
      (score) => (score >= threshold ? 1 : 0),
      (score) => (score >= threshold ? 0 : 1),
    ),
    brier: linear(
      (score) => (1 - score) ** 2,
      (score) => score ** 2,
    ),
    auc: areaOf(n, rate),
  };
}

/** Performance that was counted; undefined without an outcome. AUC is NaN when all have the same outcome. */
export function performanceOf({ negative, positive }: LabelCounts, threshold: number): Performance | undefined {
  const n = negative.map((count, b) => count + (positive[b] ?? 0));
  if (sum(n) === 0) return undefined;
  const rate = n.map((count, b) => (count === 0 ? 0 : (positive[b] ?? 0) / count));
  const { accuracy, brier, auc } = gradeBins(n, rate, threshold);
  return { accuracy: accuracy.value, brier: brier.value, auc: auc.value };
}

function areaOf(n: readonly number[], rate: readonly number[]): Graded {
  const late = n.map((count, b) => count * (rate[b] ?? 0));
  const inTime = n.map((count, b) => count - (late[b] ?? 0));
  const [lates, inTimes] = [sum(late), sum(inTime)];
  let below = 0;
  // Of a late one in each bin: in-time ones it is above; of an in-time one: late ones that are above it.
  const beaten = inTime.map((count) => {
    const here = below + count / 2;
    below += count;
    return here;
  });
  let lower = 0;
  const beating = late.map((count) => {
    const here = lates - lower - count / 2;
    lower += count;
    return here;
  });
  const pairs = late.reduce((all, count, b) => all + count * (beaten[b] ?? 0), 0);
  const value = pairs / (lates * inTimes);
  const slopes = n.map((count, b) => {
    const moved = (beaten[b] ?? 0) - (beating[b] ?? 0);
    return count * (moved / (lates * inTimes) - value * (1 / lates - 1 / inTimes));
  });
  return { value, slopes };
}
