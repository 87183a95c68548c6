import type { Reference } from './reference.ts';
import type { DriftWindow } from './window.ts';
import { chiSquareTail } from './chi-square.ts';

/** How one distribution of a window compares with the reference. */
export interface Comparison {
  name: string;
  statistic: number;
  df: number;
  /** Chance of a difference this large if nothing changed; it knows the sizes of both samples. */
  p: number;
  /** Cohen's w, corrected for what chance alone gives: 0.1 small, 0.3 medium, 0.5 large. */
  effect: number;
  /** Population stability index, for people who are used to it; decides nothing. */
  psi: number;
  alarm: boolean;
}

export interface DriftVerdict {
  count: number;
  from: number;
  to: number;
  comparisons: Comparison[];
  alarm: boolean;
  sentence: string;
}

export interface DriftRule {
  /** Chance that a window in which nothing changed raises any alarm at all. */
  falseAlarmBudget: number;
  /** Smaller effects never alarm, however sure: large fleets would alarm on trifles. */
  minimumEffect: number;
}

export const DEFAULT_DRIFT_RULE: DriftRule = { falseAlarmBudget: 0.001, minimumEffect: 0.3 };

/**
 * Tests each feature and the score of a merged window against the reference: two-sample χ² (both samples are finite),
 * sparse bins pooled until 5 are expected, Holm's step-down over all comparisons, so that the budget is per window.
 */
export function assessDrift(of: Reference, window: DriftWindow, rule: DriftRule = DEFAULT_DRIFT_RULE): DriftVerdict {
  const raw = [
    ...of.features
      .filter((one) => one.bins.seasonal !== true)
      .map((one) => compare(one.bins.name, one.counts, window.features[one.bins.name] ?? [])),
    compare('(score)', of.score, window.score),
  ];
  const byP = raw.toSorted((a, b) => a.p - b.p);
  // Holm: the k-th smallest p is held against budget / (m - k); the first that fails ends the list.
  const firstFail = byP.findIndex((one, k) => one.p > rule.falseAlarmBudget / (byP.length - k));
  const significant = new Set(byP.slice(0, firstFail < 0 ? byP.length : firstFail).map((one) => one.name));
  const comparisons = raw.map((one) => ({
    ...one,
    alarm: significant.has(one.name) && one.effect >= rule.minimumEffect,
  }));
  const alarms = comparisons.filter((one) => one.alarm).toSorted((a, b) => b.effect - a.effect);
  return {
    count: window.count,
    from: window.from,
    to: window.to,
    comparisons,
    alarm: alarms.length > 0,
    sentence: sentenceOf(alarms, window.count),
  };
}

function sentenceOf(alarms: Comparison[], count: number): string {
  const [worst, ...others] = alarms;
  if (worst === undefined) return `no drift found in ${count} predictions`;
  const also = others.length > 0 ? `; also ${others.map((one) => one.name).join(', ')}` : '';
  const p = worst.p < 1e-12 ? 'p < 1e-12' : `p = ${worst.p.toExponential(1)}`;
  return `${worst.name} has moved (effect ${worst.effect.toFixed(2)}, ${p}, ${count} predictions)${also}`;
}

const EXPECTED_AT_LEAST = 5;
const PSI_FLOOR = 1e-4;

function compare(name: string, before: readonly number[], after: readonly number[]): Omit<Comparison, 'alarm'> {
  const n = sum(before);
  const m = sum(after);
  if (n === 0 || m === 0) return { name, statistic: 0, df: 0, p: 1, effect: 0, psi: 0 };
  const pooled = poolSparse(before, after, n, m);
  // Pearson's exaggerates a rare bin that grew, the likelihood ratio one that shrank: far out in the tail both alarm
  // more often than χ² says, their minimum does not.
  const statistic = Math.min(pearson(pooled, n, m), likelihoodRatio(pooled, n, m));
  const df = Math.max(0, pooled.length - 1);
  const effectiveSize = (n * m) / (n + m);
  return {
    name,
    statistic,
    df,
    p: df > 0 ? chiSquareTail(statistic, df) : 1,
    effect: Math.sqrt(Math.max(0, statistic - df) / effectiveSize),
    psi: psiOf(before, after, n, m),
  };
}

function pearson(pooled: [number, number][], n: number, m: number): number {
  return pooled.reduce((total, [a, b]) => total + (a * m - b * n) ** 2 / ((a + b) * n * m), 0);
}

function deviance(count: number, expected: number): number {
  return count === 0 ? 0 : 2 * count * Math.log(count / expected);
}

function likelihoodRatio(pooled: [number, number][], n: number, m: number): number {
  return pooled.reduce((total, [a, b]) => {
    const share = (a + b) / (n + m);
    return total + deviance(a, share * n) + deviance(b, share * m);
  }, 0);
}

/**
 * Joins bins until each holds enough of both samples for χ² to be true, rarest in the reference first: an order that
 * looked at the window would join what is low by chance, and alarm several times too often.
 */
function poolSparse(before: readonly number[], after: readonly number[], n: number, m: number): [number, number][] {
  const bins = before
    .map((a, i): [number, number] => [a, after[i] ?? 0])
    .filter(([a, b]) => a + b > 0)
    .toSorted((x, y) => x[0] - y[0]);
  const enough = ([a, b]: [number, number]) => ((a + b) * Math.min(n, m)) / (n + m) >= EXPECTED_AT_LEAST;
  const pooled: [number, number][] = [];
  let open: [number, number] | undefined;
  for (const bin of bins) {
    open = open === undefined ? bin : [open[0] + bin[0], open[1] + bin[1]];
    if (!enough(open)) continue;
    pooled.push(open);
    open = undefined;
  }
  const last = pooled.at(-1);
  if (open !== undefined && last !== undefined) pooled[pooled.length - 1] = [last[0] + open[0], last[1] + open[1]];
  return pooled;
}

function psiOf(before: readonly number[], after: readonly number[], n: number, m: number): number {
  return before.reduce((total, a, i) => {
    const expected = Math.max(a / n, PSI_FLOOR);
    const actual = Math.max((after[i] ?? 0) / m, PSI_FLOOR);
    return total + (actual - expected) * Math.log(actual / expected);
  }, 0);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
