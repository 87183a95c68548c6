import { chiSquareTail } from '../chi-square.ts';

const HALVINGS = 200;

/** The x beyond which a χ² with `df` degrees of freedom lies with chance `p`; inverse of `chiSquareTail`. */
export function chiSquareQuantile(p: number, df: number): number {
  if (df <= 0 || p >= 1) return 0;
  if (p <= 0) return Infinity;
  let [low, high] = [0, df + 10];
  while (chiSquareTail(high, df) > p) [low, high] = [high, high * 2];
  for (let i = 0; i < HALVINGS && high - low > 1e-10 * high; i += 1) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, df) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The z for which a standard normal lies outside ±z with chance `alpha`. */
export function twoSidedZ(alpha: number): number {
  return Math.sqrt(chiSquareQuantile(alpha, 1));
}
