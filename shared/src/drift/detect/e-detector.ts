import { betaOf, betaShare } from '../tests/beta.ts';
import type { Detector, ErrorCount } from './detector.ts';

export interface EDetectorOptions {
  /** Looks until a false alarm, at least, on average: the guarantee, whatever the stream. */
  runLength: number;
  /** Error rate that is still right, such as the upper bound of a reference. Without it, it is estimated from the stream. */
  baseRate?: number;
  /** Predictions from which the base rate is first estimated; again whenever they have doubled. */
  warmUp: number;
}

interface State extends EDetectorOptions {
  seen: ErrorCount;
  /** In force; null until it is known. */
  base: number | null;
  /** Predictions at which it is estimated next. */
  nextAt: number;
  /** Estimates made so far. */
  estimates: number;
  /** Shiryaev–Roberts sums, one for each alternative. */
  sums: number[];
}

/** Odds of an error, times so much: the alternatives that are betted on, at equal stakes. */
const ODDS = [1.25, 1.6, 2.2, 3.2, 5];
/** Chance that any estimate of the base rate is too low, over all of them. */
const TOO_LOW = 0.05;

/**
 * E-detector: the sum over all possible beginnings of what bets on "worse since then" would have won. While the error
 * rate is at most the base rate no bet gains on average, and so the first time that the sum reaches `runLength` is on average
 * at least `runLength` looks away, at any moment of asking, for any dependence that keeps the rate below the base.
 * Source: Shin, Ramdas, Rinaldo 2023, "E-detectors: a nonparametric framework for sequential change detection", New
 * England Journal of Statistics in Data Science 2(2), the Shiryaev–Roberts form with a mixture of likelihood ratios.
 *
 * An estimated base is an exact upper bound (Clopper and Pearson 1934) of all rows before the bet, so it may be renewed;
 * the guarantee then holds but for a chance of 5 % that one of them lies too low.
 */
export const eDetector: Detector<State> = {
  name: 'e-detector',
  start: (options: Partial<EDetectorOptions> = {}) => {
    const { runLength = 100_000, baseRate, warmUp = 200 } = options;
    return {
      runLength,
      warmUp,
      ...(baseRate !== undefined && { baseRate }),
      seen: { n: 0, errors: 0 },
      base: baseRate ?? null,
      nextAt: warmUp,
      estimates: 0,
      sums: ODDS.map(() => 0),
    };
  },
  take(before, x) {
    if (x.n === 0) return { state: before };
    const sums = before.base === null ? before.sums : grown(before.sums, before.base, x);
    const statistic = sums.reduce((sum, one) => sum + one / ODDS.length, 0);
    const { runLength, warmUp, baseRate } = before;
    if (statistic >= runLength) {
      const state = eDetector.start({ runLength, warmUp, ...(baseRate !== undefined && { baseRate }) });
      return { state, alarm: { statistic: Math.min(statistic, Number.MAX_VALUE), threshold: runLength } };
    }
    const seen = { n: before.seen.n + x.n, errors: before.seen.errors + x.errors };
    const state = { ...before, seen, sums };
    if (baseRate !== undefined || seen.n < before.nextAt) return { state };
    const estimates = before.estimates + 1;
    const base = upperRate(seen, TOO_LOW / 2 ** estimates);
    return { state: { ...state, base, estimates, nextAt: 2 * seen.n } };
  },
};

/** Σ over beginnings, moved on by one look: (R + 1) · likelihood ratio. */
function grown(sums: readonly number[], base: number, x: ErrorCount): number[] {
  const safe = Math.min(1 - 1e-9, Math.max(1e-9, base));
  return sums.map((sum, k) => {
    const odds = (safe / (1 - safe)) * (ODDS[k] ?? 1);
    const worse = odds / (1 + odds);
    const log = x.errors * Math.log(worse / safe) + (x.n - x.errors) * Math.log((1 - worse) / (1 - safe));
    return (sum + 1) * Math.exp(log);
  });
}

/** The rate below which so few errors would have been seen with chance `alpha` only. */
function upperRate({ n, errors }: ErrorCount, alpha: number): number {
  if (errors >= n) return 1;
  const chance = betaOf(errors + 1, n - errors);
  let [low, high] = [errors / n, 1];
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2;
    if (1 - betaShare(middle, chance) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
