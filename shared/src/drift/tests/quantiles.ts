import { chiSquareTail, logGamma } from '../chi-square.ts';
import { fTail } from './beta.ts';

const MOST_STEPS = 200;
const MOST_F = 1e12;

/**
 * The x beyond which a χ² with `df` degrees of freedom lies with chance `p`; inverse of `chiSquareTail`, by Newton's method on
 * the logarithm of the tail, halving where that leaves the bracket.
 */
export function chiSquareQuantile(p: number, df: number): number {
  if (df <= 0 || p >= 1) return 0;
  if (p <= 0) return Infinity;
  const [half, wanted] = [df / 2, Math.log(p)];
  let [low, high, x] = [0, Infinity, df + 2];
  for (let i = 0; i < MOST_STEPS && !(high - low <= 1e-12 * low); i += 1) {
    const tail = chiSquareTail(x, df);
    if (tail > p) low = x;
    else high = x;
    const density = Math.exp((half - 1) * Math.log(x) - x / 2 - half * Math.LN2 - logGamma(half));
    const next = x + ((Math.log(tail) - wanted) * tail) / density;
    if (Math.abs(next - x) <= 1e-12 * x) return next;
    if (next > low && next < high) x = next;
    else x = high === Infinity ? 2 * x : (low + high) / 2;
  }
  return x;
}

/** The z for which a standard normal lies outside ±z with chance `alpha`. */
export function twoSidedZ(alpha: number): number {
  return Math.sqrt(chiSquareQuantile(alpha, 1));
}

/** The f beyond which Fisher's F lies with chance `p`; inverse of `fTail`, by halving. */
export function fQuantile(p: number, above: number, below: number): number {
  if (p >= 1) return 0;
  if (p <= 0) return Infinity;
  let [low, high] = [0, 1];
  while (fTail(high, above, below) > p && high < MOST_F) high *= 2;
  for (let i = 0; i < MOST_STEPS && high - low > 1e-9 * high; i += 1) {
    const middle = (low + high) / 2;
    if (fTail(middle, above, below) > p) low = middle;
    else high = middle;
  }
  return high;
}
