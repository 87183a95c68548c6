import { testOfBins } from '../../../shared/src/drift/index.ts';

/**
 * Evidently's default rule as its documentation states it, re-implemented: the Python package is not needed. Up to
 * 1,000 rows Kolmogorov–Smirnov for numbers and χ² for categories at p < 0.05, above them the normed Wasserstein distance
 * and the Jensen–Shannon distance at 0.1; each column by itself. Numbers are compared by their bins, which is kind to it: ties
 * make Kolmogorov–Smirnov more careful.
 */
export function evidentlyAlarms(
  type: 'number' | 'category',
  before: readonly number[],
  after: readonly number[],
): boolean {
  const [n, m] = [total(before), total(after)];
  if (m <= 1_000) {
    return type === 'number' ? kolmogorovSmirnov(before, after) < 0.05 : testOfBins(before, after).p < 0.05;
  }
  if (type === 'category') return Math.sqrt(testOfBins(before, after).js) >= 0.1;
  const mean = before.reduce((all, count, i) => all + (i * count) / n, 0);
  const spread = Math.sqrt(before.reduce((all, count, i) => all + ((i - mean) ** 2 * count) / n, 0));
  const distance = steps(before, after).reduce((all, gap) => all + Math.abs(gap), 0);
  return distance / Math.max(spread, 0.001) >= 0.1;
}

/** PSI as it is usually computed: every bin, empty ones at 0.0001. */
export function plainPsi(before: readonly number[], after: readonly number[]): number {
  const [n, m] = [total(before), total(after)];
  return before.reduce((all, count, i) => {
    const [expected, actual] = [Math.max(count / n, 1e-4), Math.max((after[i] ?? 0) / m, 1e-4)];
    return all + (actual - expected) * Math.log(actual / expected);
  }, 0);
}

/** p by the series of Kolmogorov with Stephens' correction for finite samples. */
export function kolmogorovSmirnov(before: readonly number[], after: readonly number[]): number {
  const [n, m] = [total(before), total(after)];
  const largest = Math.max(...steps(before, after).map(Math.abs));
  const root = Math.sqrt((n * m) / (n + m));
  const lambda = (root + 0.12 + 0.11 / root) * largest;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
  return Math.min(1, Math.max(0, sum));
}

/** Differences of the two distribution functions at each bin. */
function steps(before: readonly number[], after: readonly number[]): number[] {
  const [n, m] = [total(before), total(after)];
  let gap = 0;
  return before.map((count, i) => (gap += count / n - (after[i] ?? 0) / m));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
