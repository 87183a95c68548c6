export { clusteredMean } from '../../training/index.ts';

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
