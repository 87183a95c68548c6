import { studentQuantile } from '../../training/index.ts';

export interface Interval {
  low: number;
  high: number;
}

const Z_95 = 1.959963984540054;

/** 95 % interval of a share (Wilson 1927): right for few rows, and for shares near 0 and 1. */
export function wilson(hits: number, rows: number): Interval {
  if (rows === 0) return { low: 0, high: 1 };
  const share = hits / rows;
  const squares = Z_95 ** 2;
  const middle = (share + squares / (2 * rows)) / (1 + squares / rows);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / rows + squares / (4 * rows ** 2))) / (1 + squares / rows);
  // At 0 and at 1 the end is the share itself, which rounding must not miss.
  return { low: Math.max(0, Math.min(share, middle - half)), high: Math.min(1, Math.max(share, middle + half)) };
}

/**
 * Mean over rows and its 95 % interval; rows of one cluster count as one piece of evidence.
 * NaN bounds with fewer than two clusters.
 */
export function clusteredMean(values: Float64Array, clusters: Int32Array): Interval & { mean: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Map<number, number>();
  values.forEach((value, row) => sums.set(clusters[row]!, (sums.get(clusters[row]!) ?? 0) + value - mean));
  const count = sums.size;
  if (count < 2) return { mean, low: Number.NaN, high: Number.NaN };
  let squares = 0;
  for (const sum of sums.values()) squares += sum ** 2;
  const error = Math.sqrt((squares * count) / (count - 1)) / values.length;
  const half = studentQuantile(0.975, count - 1) * error;
  return { mean, low: mean - half, high: mean + half };
}
