import { assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareTail, logGamma } from './chi-square.ts';

/** Exact for even df: Q(k, y) = e^−y Σ_{i<k} yⁱ / i! with y = x/2, k = df/2. */
function exactTail(x: number, df: number): number {
  let term = 1;
  let sum = 0;
  for (let i = 0; i < df / 2; i += 1) {
    sum += term;
    term *= x / 2 / (i + 1);
  }
  return Math.exp(-x / 2) * sum;
}

describe('the tail of χ²', () => {
  // Quantiles as printed in any table, to the digits printed there.
  it.each([
    [3.841459, 1, 0.05],
    [6.634897, 1, 0.01],
    [10.827566, 1, 0.001],
    [5.991465, 2, 0.05],
    [11.0705, 5, 0.05],
    [18.307038, 10, 0.05],
    [29.588298, 10, 0.001],
    [124.342113, 100, 0.05],
    [0.000157088, 1, 0.99],
    [2.55821, 10, 0.99],
  ])('beyond %d with %i degrees of freedom is %d', (x, df, p) => {
    expect(chiSquareTail(x, df) / p).toBeCloseTo(1, 5);
  });

  it('agrees with the exact sum for even degrees of freedom, deep tails included', () => {
    assert(
      property(integer({ min: 1, max: 100 }), double({ min: 0.001, max: 600, noNaN: true }), (half, x) => {
        const exact = exactTail(x, 2 * half);
        const error = Math.abs(chiSquareTail(x, 2 * half) - exact);
        // Below the mean the tail is 1 minus a sum: only there is the absolute error all that can be asked for.
        expect(error).toBeLessThan(x > 2 * half + 2 ? exact * 1e-9 : 1e-12);
      }),
      { numRuns: 500 },
    );
  });

  it('still orders tails that are very small', () => {
    expect(chiSquareTail(200, 100) / exactTail(200, 100)).toBeCloseTo(1, 10);
    expect(chiSquareTail(200, 100)).toBeLessThan(1e-7);
    expect(chiSquareTail(1000, 1)).toBeGreaterThan(0);
    expect(chiSquareTail(1000, 1)).toBeLessThan(1e-200);
    expect(chiSquareTail(1100, 1)).toBeLessThan(chiSquareTail(1000, 1));
  });

  it('stays between 0 and 1, also for 4,097 degrees of freedom', () => {
    for (const x of [0, 1, 4000, 4097, 4200, 9000, 1e6]) {
      const tail = chiSquareTail(x, 4097);
      expect(tail).toBeGreaterThanOrEqual(0);
      expect(tail).toBeLessThanOrEqual(1);
    }
  });

  it('of nothing is everything', () => {
    expect(chiSquareTail(0, 5)).toBe(1);
    expect(chiSquareTail(-1, 5)).toBe(1);
    expect(chiSquareTail(5, 0)).toBe(1);
  });
});

describe('ln Γ', () => {
  it.each([
    [1, 0],
    [2, 0],
    [0.5, Math.log(Math.PI) / 2],
    [5, Math.log(24)],
    [0.1, 2.252712651734206],
    [100, 359.1342053695754],
  ])('of %d is %d', (z, expected) => {
    expect(logGamma(z)).toBeCloseTo(expected, 11);
  });
});
