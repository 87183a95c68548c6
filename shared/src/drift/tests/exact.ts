import { logGamma } from '../chi-square.ts';
import type { Cell } from './pool.ts';

/**
 * Fisher's exact test of a 2 × 2 table, two-sided by doubling the smaller tail. True at any size, where χ² asks for five
 * in each cell: it judges what the reference has never seen.
 */
export function fisherExact([a, b]: Cell, [c, d]: Cell): number {
  const [n, m, k] = [a + c, b + d, a + b];
  const total = logChoose(n + m, k);
  const [least, most] = [Math.max(0, k - n), Math.min(k, m)];
  const chance = (x: number) => Math.exp(logChoose(m, x) + logChoose(n, k - x) - total);
  const tail = (from: number, step: 1 | -1, end: number) => {
    let sum = 0;
    for (let x = from; step > 0 ? x <= end : x >= end; x += step) {
      const term = chance(x);
      sum += term;
      if (term <= sum * 1e-16) break;
    }
    return sum;
  };
  // Away from the expected count terms only fall, so that a long tail may end early.
  const isAbove = b * (n + m) >= k * m;
  return Math.min(1, 2 * (isAbove ? tail(b, 1, most) : tail(b, -1, least)));
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
