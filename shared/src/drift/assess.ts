import type { Reference } from './reference.ts';
import type { DriftWindow } from './window.ts';
import { benjaminiHochberg } from './tests/families.ts';
import { sum } from './tests/pool.ts';
import { testOfBins, thresholdsAt, type Clustering } from './tests/test-of-bins.ts';

/** How one distribution of a window compares with the reference. */
export interface Comparison {
  name: string;
  statistic: number;
  df: number;
  /** Chance of a difference this large if nothing changed; it knows the sizes of both samples. */
  p: number;
  /** Cohen's w, corrected for what chance alone gives: 0.1 small, 0.3 medium, 0.5 large. */
  effect: number;
  /** Population stability index over the pooled bins, for people who are used to it; decides nothing. */
  psi: number;
  /** The same question in three measures, each with the threshold that this size of sample asks for; χ² alone decides. */
  tests: { name: 'chi2' | 'psi' | 'js'; statistic: number; threshold: number }[];
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

/** Two samples over the same bins, under the name of what was counted. */
export interface BinPair {
  name: string;
  before: readonly number[];
  after: readonly number[];
  /** Where rows of one site are alike. */
  clustering?: Clustering;
}

/**
 * Tests each feature and the score of a merged window against the reference: two-sample χ² (both samples are finite),
 * sparse bins pooled, Benjamini–Hochberg over all comparisons at the budget: where nothing changed, the chance of any alarm.
 * @param clustering by name of the feature; `(score)` is the score
 */
export function assessDrift(
  of: Reference,
  window: Pick<DriftWindow, 'features' | 'score' | 'count' | 'from' | 'to'>,
  rule: DriftRule = DEFAULT_DRIFT_RULE,
  clustering: Readonly<Record<string, Clustering>> = {},
): DriftVerdict {
  const pairs = [
    ...of.features
      .filter((one) => one.bins.seasonal !== true)
      .map(({ bins, counts }) => ({ name: bins.name, before: counts, after: window.features[bins.name] ?? [] })),
    { name: '(score)', before: of.score, after: window.score },
  ].map((pair): BinPair => {
    const known = clustering[pair.name];
    return known === undefined ? pair : { ...pair, clustering: known };
  });
  const comparisons = compareAll(pairs, rule);
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

/** One family of comparisons: at most a share `falseAlarmBudget` of families in which nothing changed has any alarm. */
export function compareAll(pairs: readonly BinPair[], rule: DriftRule = DEFAULT_DRIFT_RULE): Comparison[] {
  const tested = pairs.map(({ before, after, clustering }) => ({ ...testOfBins(before, after, clustering), before }));
  const found = benjaminiHochberg(
    tested.map(({ p }) => p),
    rule.falseAlarmBudget,
  );
  // The p at which Benjamini–Hochberg stops once so many are found.
  const critical = (rule.falseAlarmBudget * Math.max(1, found.filter(Boolean).length)) / pairs.length;
  return tested.map(({ js, n, before, ...one }, i) => {
    const deff = Math.max(1, pairs[i]?.clustering?.designEffect ?? 1);
    const limits = thresholdsAt(critical, one.df, sum(before) / deff, n / deff);
    return {
      name: pairs[i]?.name ?? '',
      ...one,
      tests: [
        { name: 'chi2', statistic: one.statistic, threshold: limits.chi2 },
        { name: 'psi', statistic: one.psi, threshold: limits.psi },
        { name: 'js', statistic: js, threshold: limits.js },
      ],
      alarm: found[i] === true && one.effect >= rule.minimumEffect,
    };
  });
}

function sentenceOf(alarms: Comparison[], count: number): string {
  const [worst, ...others] = alarms;
  if (worst === undefined) return `no drift found in ${count} predictions`;
  const also = others.length > 0 ? `; also ${others.map((one) => one.name).join(', ')}` : '';
  const p = worst.p < 1e-12 ? 'p < 1e-12' : `p = ${worst.p.toExponential(1)}`;
  return `${worst.name} has moved (effect ${worst.effect.toFixed(2)}, ${p}, ${count} predictions)${also}`;
}
