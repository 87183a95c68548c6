import { chiSquareTail } from '../chi-square.ts';
import type { LabelCounts } from '../estimate/score-counts.ts';
import { sum } from '../tests/pool.ts';
import { chiSquareQuantile } from '../tests/quantiles.ts';
import { testOfBins } from '../tests/test-of-bins.ts';

/** Other rows than before · other shares of late ones · the same rows end otherwise. */
export type ShiftWord = 'covariate' | 'label' | 'concept' | 'undecided';

export interface Shift {
  words: ShiftWord[];
  sentence: string;
  /** Chance of what was seen if this had not changed. */
  p: { scores: number; baseRate: number; scoreGivenLabel: number; labelGivenScore: number };
  /** About how many more outcomes would tell; only when undecided. */
  labelsMissing?: number;
}

interface Tested {
  statistic: number;
  df: number;
  p: number;
}

/**
 * What kind of change it is, by three questions to the same counts: do the scores differ, given an outcome (then it is not
 * just that outcomes of another kind came), and do the outcomes, given a score (then it is not just that other rows came)?
 * Each question is one χ², all at a third of alpha.
 * @param reference outcomes by score bin on rows the model had not seen
 * @param window scores of all predictions, and the outcomes known so far
 * @param featuresMoved whether a feature has already been found to have moved
 */
export function shiftWords(
  reference: LabelCounts,
  window: LabelCounts & { scores: readonly number[] },
  { alpha, featuresMoved = false, designEffect = 1 }: { alpha: number; featuresMoved?: boolean; designEffect?: number },
): Shift {
  const clustering = { designEffect };
  const all = reference.negative.map((count, b) => count + (reference.positive[b] ?? 0));
  const scores = testOfBins(all, window.scores, clustering);
  const baseRate = testOfBins(
    [sum(reference.negative), sum(reference.positive)],
    [sum(window.negative), sum(window.positive)],
    clustering,
  );
  const scoreGivenLabel = joined([
    testOfBins(reference.negative, window.negative, clustering),
    testOfBins(reference.positive, window.positive, clustering),
  ]);
  const labelGivenScore = joined(
    all.map((_, b) =>
      testOfBins(
        [reference.negative[b] ?? 0, reference.positive[b] ?? 0],
        [window.negative[b] ?? 0, window.positive[b] ?? 0],
        clustering,
      ),
    ),
  );
  const p = {
    scores: scores.p,
    baseRate: baseRate.p,
    scoreGivenLabel: scoreGivenLabel.p,
    labelGivenScore: labelGivenScore.p,
  };
  const limit = alpha / 3;
  const moved = { inputs: featuresMoved || p.scores <= limit, rate: p.baseRate <= limit };
  const words = wordsOf(moved, p.scoreGivenLabel <= limit, p.labelGivenScore <= limit);
  const labels = sum(window.negative) + sum(window.positive);
  const missing = words.includes('undecided')
    ? labelsMissing(labels, [scoreGivenLabel, labelGivenScore], limit)
    : undefined;
  return { words, sentence: sentenceOf(words, missing), p, ...(missing !== undefined && { labelsMissing: missing }) };
}

function wordsOf(moved: { inputs: boolean; rate: boolean }, byLabel: boolean, byScore: boolean): ShiftWord[] {
  if (byScore && !byLabel && moved.rate) return ['label'];
  if (byScore) return byLabel && moved.inputs ? ['concept', 'covariate'] : ['concept'];
  // Outcomes, given a score, are as they were: other rows came, if scores given an outcome say so too.
  if (byLabel) return ['covariate'];
  return moved.inputs || moved.rate ? ['undecided'] : [];
}

function sentenceOf(words: readonly ShiftWord[], missing: number | undefined): string {
  const said: Record<ShiftWord, string> = {
    covariate: 'other kinds of rows come in than before; what a score means has not changed',
    label: 'late outcomes have become rarer or commoner, in every kind of row alike',
    concept: 'the same scores end otherwise than before: what the model learned no longer holds',
    undecided: `something has moved; whether what a score means has changed, about ${missing ?? 'more'} more outcomes tell`,
  };
  return words.length === 0 ? 'nothing has moved' : words.map((word) => said[word]).join('; ');
}

/** Several tests of disjoint counts as one. */
function joined(tests: readonly Tested[]): Tested {
  const statistic = tests.reduce((all, one) => all + one.statistic, 0);
  const df = tests.reduce((all, one) => all + one.df, 0);
  return { statistic, df, p: chiSquareTail(statistic, df) };
}

/** A χ² grows with the outcomes: how many more until the nearer of the two questions is answered, if things go on so. */
function labelsMissing(labels: number, tests: readonly Tested[], limit: number): number {
  const few = 50;
  const wanted = tests.map(({ statistic, df }) => {
    const excess = statistic - df;
    return excess <= 0 || labels === 0 ? Infinity : (labels * (chiSquareQuantile(limit, df) - df)) / excess - labels;
  });
  const nearest = Math.min(...wanted);
  return Math.max(few, Math.ceil(Number.isFinite(nearest) ? Math.min(nearest, 10_000) : Math.max(labels, 200)));
}
