import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { drawCounts } from '../../testing/draw-counts.ts';
import { chiSquareTail } from '../chi-square.ts';
import { binomialTail, fTail } from './beta.ts';
import { designEffectOf, jointDesignEffect, spreadOfSites } from './design-effect.ts';
import { fisherExact } from './exact.ts';
import { benjaminiHochberg, findInScopes, simes } from './families.ts';
import { chiSquareQuantile, twoSidedZ } from './quantiles.ts';
import { testOfBins, thresholdsAt } from './test-of-bins.ts';

describe('distributions', () => {
  it.each([
    [0.05, 1, 3.841459],
    [0.001, 10, 29.588298],
    [0.05, 100, 124.342113],
    [0.99, 1, 0.000157088],
    [0.99, 10, 2.55821],
  ])('have the quantile of χ² at %d with %i degrees of freedom', (p, df, x) => {
    expect(chiSquareQuantile(p, df)).toBeCloseTo(x, 5);
  });

  it('have quantiles whose tail is what was asked for, far out and for thousands of degrees too', () => {
    for (const df of [1, 2, 3, 9, 40, 4_097]) {
      for (const p of [0.9, 0.5, 0.01, 1e-6, 1e-30, 1e-200]) {
        expect(chiSquareTail(chiSquareQuantile(p, df), df) / p).toBeCloseTo(1, 6);
      }
    }
    expect([chiSquareQuantile(1, 3), chiSquareQuantile(0, 3), chiSquareQuantile(0.5, 0)]).toEqual([0, Infinity, 0]);
  });

  // As printed in tables of F.
  it.each([
    [4.9646, 1, 10, 0.05],
    [3.3258, 5, 10, 0.05],
    [10.4807, 5, 10, 0.001],
  ])('have the tail of F beyond %d with %i and %i', (f, above, below, p) => {
    expect(fTail(f, above, below) / p).toBeCloseTo(1, 3);
  });

  it('have the z that everybody knows', () => {
    expect(twoSidedZ(0.05)).toBeCloseTo(1.959964, 5);
  });

  it('judge a 2 × 2 table exactly: the lady tasting tea', () => {
    expect(fisherExact([3, 1], [1, 3])).toBeCloseTo((2 * 17) / 70, 10);
    expect(fisherExact([0, 300], [400, 0])).toBeLessThan(1e-100);
    expect(fisherExact([400, 300], [0, 0])).toBe(1);
    expect(binomialTail(1, 10, 0.1)).toBeCloseTo(1 - 0.9 ** 10, 12);
  });
});

describe('families', () => {
  it('are found up to the last p that its rank allows', () => {
    expect(benjaminiHochberg([0.041, 0.001, 0.8, 0.024, 0.012], 0.05)).toEqual([false, true, false, true, true]);
    expect(benjaminiHochberg([0.03, 0.04], 0.05)).toEqual([true, true]);
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });

  it('have one p that is at most q exactly when anything is found', () => {
    const { next } = createSeededRandom(2);
    for (let i = 0; i < 200; i += 1) {
      const ps = Array.from({ length: 6 }, () => next() ** 3);
      expect(simes(ps) <= 0.05).toBe(benjaminiHochberg(ps, 0.05).some(Boolean));
    }
  });

  it('of many scopes find anything in few of those worlds in which nothing changed', () => {
    const { next } = createSeededRandom(4);
    let found = 0;
    for (let i = 0; i < 2_000; i += 1) {
      const scopes = Array.from({ length: 30 }, () => Array.from({ length: 5 }, next));
      if (findInScopes(scopes, 0.05).some((ones) => ones.some(Boolean))) found += 1;
    }
    expect(found).toBeGreaterThan(40);
    expect(found).toBeLessThan(140);
  });
});

/** A site that keeps to a part of ten bins, wherever it lies. */
function siteOf(next: () => number, width: number): number[] {
  const from = next();
  const shares = Array<number>(10).fill(0);
  for (let i = 0; i < 100; i += 1) {
    const bin = Math.floor(((from + (width * i) / 100) % 1) * 10);
    shares[bin] = (shares[bin] ?? 0) + 0.01;
  }
  return shares;
}

const merged = (parts: number[][]) => parts[0]!.map((_, bin) => parts.reduce((all, one) => all + (one[bin] ?? 0), 0));

describe('windows of sites whose rows are alike', () => {
  it.each([
    [10, 20],
    [40, 20],
    [40, 500],
  ])('keep their level with a design effect, and are far beyond it without: %i sites of %i rows', (sites, rows) => {
    const { next } = createSeededRandom(sites + rows);
    const level = 0.01;
    let [naive, corrected] = [0, 0];
    for (let i = 0; i < 200; i += 1) {
      const before = merged(Array.from({ length: 200 }, () => drawCounts(next, 10, siteOf(next, 0.25))));
      const parts = Array.from({ length: sites }, () => drawCounts(next, rows, siteOf(next, 0.25)));
      const spread = spreadOfSites(parts)!;
      const ofReference = designEffectOf(spread.correlation, Array<number>(200).fill(10));
      const designEffect = jointDesignEffect(ofReference, 2_000, spread.designEffect, sites * rows);
      const after = merged(parts);
      if (testOfBins(before, after).p <= level) naive += 1;
      if (testOfBins(before, after, { ...spread, designEffect }).p <= level) corrected += 1;
    }
    expect(naive).toBeGreaterThan(100);
    // 2 are expected of 200; 9 or more come by chance once in 5,000.
    expect(corrected).toBeLessThan(9);
  });

  it('still show a change that all of them share', () => {
    const { next } = createSeededRandom(8);
    const before = drawCounts(next, 2_000, Array<number>(10).fill(0.1));
    const moved = () => siteOf(next, 0.6).map((share, bin) => (bin < 5 ? share * 0.2 : share));
    const parts = Array.from({ length: 40 }, () => {
      const shares = moved();
      const total = shares.reduce((a, b) => a + b);
      return drawCounts(
        next,
        50,
        shares.map((share) => share / total),
      );
    });
    expect(testOfBins(before, merged(parts), spreadOfSites(parts)).p).toBeLessThan(1e-4);
  });

  it('are not judged by fewer than five, and have no effect where rows are independent', () => {
    const { next } = createSeededRandom(9);
    const parts = Array.from({ length: 60 }, () => drawCounts(next, 30, [0.2, 0.3, 0.5]));
    expect(spreadOfSites(parts.slice(0, 4))).toBeUndefined();
    const spread = spreadOfSites(parts)!;
    expect(spread.designEffect).toBeLessThan(1.4);
    expect(spread.freedom).toBeGreaterThan(0.8);
    expect(designEffectOf(1, [10, 10])).toBe(10);
    expect(designEffectOf(0, [10, 10])).toBe(1);
  });
});

describe('the three measures', () => {
  it('agree about what is notable: PSI and Jensen–Shannon reach their thresholds where χ² does', () => {
    const { next } = createSeededRandom(12);
    const alpha = 0.01;
    const crossed = { chi2: 0, psi: 0, js: 0 };
    for (let i = 0; i < 2_000; i += 1) {
      const shares = [0.1, 0.2, 0.3, 0.4];
      const tested = testOfBins(drawCounts(next, 3_000, shares), drawCounts(next, 1_000, shares));
      const limits = thresholdsAt(alpha, tested.df, 3_000, 1_000);
      if (tested.statistic > limits.chi2) crossed.chi2 += 1;
      if (tested.psi > limits.psi) crossed.psi += 1;
      if (tested.js > limits.js) crossed.js += 1;
    }
    // 20 are expected of each; a fixed PSI > 0.1 would never be crossed here.
    for (const count of Object.values(crossed)) {
      expect(count).toBeGreaterThan(6);
      expect(count).toBeLessThan(38);
    }
  });
});
