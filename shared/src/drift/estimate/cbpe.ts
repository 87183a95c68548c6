import { sum } from '../tests/pool.ts';
import { twoSidedZ } from '../tests/quantiles.ts';
import { gradeBins, performanceOf, type LabelCounts, type Performance, type PerformanceName } from './score-counts.ts';

/** What is known of a model from rows that it had not seen: out of fold, or held out. */
export interface Calibration extends LabelCounts {
  /** Score from which a prediction says late. */
  threshold: number;
  /** Rows of one site are alike; 1 when they are not. */
  designEffect?: number;
}

export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** The same measure on the rows of the calibration. */
  expected: number;
  /** Surely worse than expected, and by at least the effect that matters. */
  alarm: boolean;
}

export type PerformanceEstimate =
  | { estimated: true; n: number; baseRate: number; measures: Record<PerformanceName, Estimate> }
  /** Why there is no estimate, in words. */
  | { estimated: false; n: number; reason: string };

/** Smaller losses never alarm. */
export const LOSS_THAT_MATTERS: Performance = { accuracy: 0.03, brier: 0.02, auc: 0.03 };

/** Bins with fewer outcomes in the calibration are not known. */
const KNOWN_FROM = 20;
/** More of the window in bins that are not known: no estimate. */
const MOST_UNKNOWN = 0.2;

/**
 * Confidence-based performance estimation: how well a model does before any outcome is known, from how often it was right at
 * such scores before. True as long as a score means what it meant; when that changes (concept drift) the estimate is wrong.
 *
 * The interval has two parts: which outcomes will come, given their rates (binomial), and how well the rates themselves are
 * known (Beta with Jeffreys' prior, per bin), each times its design effect, by the delta method.
 * Source: Białek, Kuberski, Perrakis, Bifet 2024, "Estimating model performance under covariate shift without labels", arXiv
 * 2401.08348; ours calibrates by bins, so that counts suffice.
 * @param scores predictions by score bin
 */
export function estimatePerformance(
  scores: readonly number[],
  calibration: Calibration,
  { alpha, designEffect = 1 }: { alpha: number; designEffect?: number },
): PerformanceEstimate {
  const n = sum(scores);
  const seen = scores.map((_, b) => (calibration.negative[b] ?? 0) + (calibration.positive[b] ?? 0));
  const unknown = scores.reduce((all, count, b) => all + ((seen[b] ?? 0) < KNOWN_FROM ? count : 0), 0);
  const expected = performanceOf(calibration, calibration.threshold);
  if (n === 0 || expected === undefined) return { estimated: false, n, reason: 'nothing was counted' };
  if (unknown > n * MOST_UNKNOWN) {
    const share = `${((100 * unknown) / n).toFixed(0)} %`;
    const reason = `${share} of ${n} predictions have scores that fewer than ${KNOWN_FROM} known outcomes speak of`;
    return { estimated: false, n, reason };
  }
  const rate = scores.map((_, b) => ((calibration.positive[b] ?? 0) + 0.5) / ((seen[b] ?? 0) + 1));
  const variance = scores.map((count, b) => {
    const spread = (rate[b] ?? 0) * (1 - (rate[b] ?? 0));
    const known = (spread / ((seen[b] ?? 0) + 2)) * Math.max(1, calibration.designEffect ?? 1);
    return count === 0 ? 0 : (spread / count) * Math.max(1, designEffect) + known;
  });
  const graded = gradeBins(scores, rate, calibration.threshold);
  const z = twoSidedZ(alpha);
  const measure = (name: PerformanceName): Estimate => {
    const { value, slopes } = graded[name];
    const radius = z * Math.sqrt(slopes.reduce((all, slope, b) => all + slope ** 2 * (variance[b] ?? 0), 0));
    return judged(name, { value, low: value - radius, high: value + radius, expected: expected[name] });
  };
  const baseRate = scores.reduce((all, count, b) => all + count * (rate[b] ?? 0), 0) / n;
  const measures = { accuracy: measure('accuracy'), brier: measure('brier'), auc: measure('auc') };
  return { estimated: true, n, baseRate, measures };
}

/** Worse than expected beyond its interval, by what matters. */
export function judged(name: PerformanceName, of: Omit<Estimate, 'alarm'>): Estimate {
  const isSure = name === 'brier' ? of.low > of.expected : of.high < of.expected;
  return { ...of, alarm: isSure && Math.abs(of.value - of.expected) >= LOSS_THAT_MATTERS[name] };
}
