import { sum } from '../tests/pool.ts';

/** Counts of one day over fixed bins; of errors: [errors, the rest]. Days in order of time. */
export interface DayCounts {
  /** Day number or any other time. */
  at: number;
  counts: readonly number[];
}

export interface ChangePoint {
  /** First day after the likeliest change. */
  at: number;
  /** Days between which the change lies with the confidence asked for; the first days after it. */
  low: number;
  high: number;
  /** Twice the log-likelihood ratio of the likeliest change against none. */
  statistic: number;
}

/**
 * The likeliest day on which counts changed, with an interval: all days whose likelihood comes near enough. On either side
 * of the true day the loss is a walk downwards whose highest point is about exponential, which gives how near is enough.
 * It describes an alarm; by itself it is no test, for there is always a likeliest day.
 * Source: Hinkley 1970, "Inference about the change-point in a sequence of random variables", Biometrika 57; Siegmund 1988,
 * "Confidence sets in change-point problems", International Statistical Review 56.
 * @param designEffect how many times less the counts know than independent ones
 * @returns undefined with fewer than two days that counted anything
 */
export function changePoint(
  days: readonly DayCounts[],
  { confidence = 0.95, designEffect = 1 }: { confidence?: number; designEffect?: number } = {},
): ChangePoint | undefined {
  const heard = days.filter(({ counts }) => sum(counts) > 0);
  const bins = Math.max(0, ...heard.map(({ counts }) => counts.length));
  const total = Array.from({ length: bins }, (_, b) => heard.reduce((all, { counts }) => all + (counts[b] ?? 0), 0));
  const none = logLikelihood(total);
  const before = Array<number>(bins).fill(0);
  const splits = heard.slice(1).map(({ at }, i) => {
    for (let b = 0; b < bins; b += 1) before[b] = (before[b] ?? 0) + (heard[i]?.counts[b] ?? 0);
    const after = total.map((count, b) => count - (before[b] ?? 0));
    return { at, gain: (2 * (logLikelihood(before) + logLikelihood(after) - none)) / Math.max(1, designEffect) };
  });
  const [first, ...rest] = splits;
  if (first === undefined) return undefined;
  const best = rest.reduce((top, one) => (one.gain > top.gain ? one : top), first);
  const near = best.gain + 2 * Math.log(1 - Math.sqrt(confidence));
  const likely = splits.filter(({ gain }) => gain >= near).map(({ at }) => at);
  return { at: best.at, low: likely[0] ?? best.at, high: likely.at(-1) ?? best.at, statistic: best.gain };
}

/** Of a multinomial at its own shares. */
function logLikelihood(counts: readonly number[]): number {
  const n = sum(counts);
  return counts.reduce((all, count) => (count === 0 ? all : all + count * Math.log(count / n)), 0);
}
