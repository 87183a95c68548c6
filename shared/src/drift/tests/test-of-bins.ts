import { chiSquareTail } from '../chi-square.ts';
import { fTail } from './beta.ts';
import { fisherExact } from './exact.ts';
import { commonestAndRest, poolSparse, sum, type Cell } from './pool.ts';
import { chiSquareQuantile } from './quantiles.ts';

/** From so many sites on, each degree of freedom is estimated by as many; below, all of them by the same few. */
const MANY_SITES = 20;

/** Predictions of one site are not independent: how much less a window knows than its count says. */
export interface Clustering {
  /** How many times larger the variance of a share is than that of as many independent predictions; 1 is none. */
  designEffect: number;
  /** Sites that `designEffect` was estimated from; without it, it counts as known. */
  sites?: number;
  /** Part of the degrees of freedom that is left, 0…1; all of them without it. */
  freedom?: number;
}

export interface TestedBins {
  /** min(Pearson, likelihood ratio) over pooled bins, divided by the design effect. */
  statistic: number;
  df: number;
  p: number;
  /** Cohen's w, corrected for what chance alone gives: 0.1 small, 0.3 medium, 0.5 large. */
  effect: number;
  /** Population stability index over the same pooled bins. */
  psi: number;
  /** Jensen–Shannon divergence in nats over the same pooled bins, at most ln 2. */
  js: number;
  /** Predictions in the window. */
  n: number;
}

/**
 * Two-sample test of counts over the same bins, for samples of any size. χ² decides; bins that expect too few are
 * pooled, and where that leaves only one, the commonest bin is held against all others by Fisher's exact test.
 *
 * Pearson's statistic exaggerates a rare bin that grew, the likelihood ratio one that shrank: far out in the tail both
 * alarm more often than χ² says, their minimum does not.
 * With a design effect: the correction of Rao and Scott, second order where `freedom` is given (1984, Annals of Statistics
 * 12), as an F with sites − 1 for each degree of freedom where it was estimated (Thomas and Rao 1987, JASA 82).
 */
export function testOfBins(
  before: readonly number[],
  after: readonly number[],
  { designEffect, sites, freedom = 1 }: Clustering = { designEffect: 1 },
): TestedBins {
  const [n, m] = [sum(before), sum(after)];
  if (n === 0 || m === 0) return { statistic: 0, df: 0, p: 1, effect: 0, psi: 0, js: 0, n: m };
  const pooled = poolSparse(before, after);
  const isSparse = pooled.length < 2;
  const cells = isSparse ? commonestAndRest(before, after) : pooled;
  const effective = Math.max(1, designEffect);
  const statistic = Math.min(pearson(cells, n, m), likelihoodRatio(cells, n, m)) / effective;
  const df = cells.length - 1;
  const size = (n * m) / (n + m) / effective;
  return {
    statistic,
    df,
    p: isSparse
      ? fisherExact(...shrunk(commonestAndRest(before, after), effective))
      : tailOf(statistic, df, freedom, sites),
    effect: Math.sqrt(Math.max(0, statistic - df) / size),
    psi: psiOf(cells, n, m),
    js: jsOf(cells, n, m),
    n: m,
  };
}

/**
 * Where χ² reaches `alpha`, said in the other two measures: both grow as χ² / n does, so a fixed number such as 0.1 is
 * crossed by chance in small samples and never in large ones.
 * @param n rows of the reference @param m predictions of the window, both divided by their design effect where there is one
 */
export function thresholdsAt(alpha: number, df: number, n: number, m: number): Record<'chi2' | 'psi' | 'js', number> {
  const chi2 = chiSquareQuantile(alpha, df);
  const perRow = n > 0 && m > 0 ? 1 / n + 1 / m : 0;
  return { chi2, psi: perRow * chi2, js: (perRow * chi2) / 8 };
}

function tailOf(statistic: number, df: number, freedom: number, sites: number | undefined): number {
  const left = Math.max(1, df * freedom);
  if (sites === undefined) return chiSquareTail((statistic * left) / df, left);
  return fTail(statistic / df, left, Math.max(1, sites - 1) * (sites < MANY_SITES ? 1 : left));
}

/** A table that knows as little as its design effect says, in whole numbers, rounded towards what was expected. */
function shrunk(cells: [Cell, Cell], by: number): [Cell, Cell] {
  return [
    [Math.round(cells[0][0] / by), Math.ceil(cells[0][1] / by)],
    [Math.ceil(cells[1][0] / by), Math.floor(cells[1][1] / by)],
  ];
}

function pearson(cells: readonly Cell[], n: number, m: number): number {
  return cells.reduce((total, [a, b]) => (a + b === 0 ? total : total + (a * m - b * n) ** 2 / ((a + b) * n * m)), 0);
}

function deviance(count: number, expected: number): number {
  return count === 0 ? 0 : 2 * count * Math.log(count / expected);
}

function likelihoodRatio(cells: readonly Cell[], n: number, m: number): number {
  return cells.reduce((total, [a, b]) => {
    const share = (a + b) / (n + m);
    return total + deviance(a, share * n) + deviance(b, share * m);
  }, 0);
}

/** A cell that one sample never saw counts as half a row: the index would be infinite. */
function psiOf(cells: readonly Cell[], n: number, m: number): number {
  return cells.reduce((total, [a, b]) => {
    if (a + b === 0) return total;
    const [expected, actual] = [Math.max(a, 0.5) / n, Math.max(b, 0.5) / m];
    return total + (actual - expected) * Math.log(actual / expected);
  }, 0);
}

function jsOf(cells: readonly Cell[], n: number, m: number): number {
  return cells.reduce((total, [a, b]) => {
    const middle = (a / n + b / m) / 2;
    return total + halfOf(a / n, middle) + halfOf(b / m, middle);
  }, 0);
}

function halfOf(share: number, middle: number): number {
  return share === 0 ? 0 : (share / 2) * Math.log(share / middle);
}
