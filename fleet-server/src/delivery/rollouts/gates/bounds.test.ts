import { createSeededRandom } from '@plumbline/shared/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail, isSurelyAbove, isSurelyBelow, rateBounds } from './bounds.ts';

const counts = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([trials, share]) => ({ trials, count: Math.round(share * trials) }));
const alphas = fc.constantFrom(0.001, 0.01, 0.05, 0.2);

describe('bounds of a rate', () => {
  it('are everything before the first trial', () => {
    expect(rateBounds(0, 0, 0.01)).toEqual({ low: 0, high: 1 });
  });

  it.each([
    [1, 1, 0.01, 0.00524, 1],
    [4, 10, 0.01, 0.04611, 0.86157],
    [0, 50, 0.01, 0, 0.10559],
    [10, 100, 0.01, 0.02382, 0.23395],
  ])('of %i in %i at %d are known', (count, trials, alpha, low, high) => {
    const bounds = rateBounds(count, trials, alpha);
    expect(bounds.low).toBeCloseTo(low, 4);
    expect(bounds.high).toBeCloseTo(high, 4);
    for (const [of, bound] of [
      [count, bounds.low],
      [trials - count, 1 - bounds.high],
    ] as const) {
      // No evidence is enough against a rate of 0.
      const evidence = bound > 0 ? integrated(of, trials, bound) : 1 / alpha;
      expect(evidence * alpha).toBeCloseTo(1, 3);
    }
  });

  it('lie around what was seen, each the mirror image of the other, and narrow as alpha grows', () => {
    fc.assert(
      fc.property(counts, alphas, ({ count, trials }, alpha) => {
        const { low, high } = rateBounds(count, trials, alpha);
        const mirrored = rateBounds(trials - count, trials, alpha);
        const wider = rateBounds(count, trials, alpha / 2);
        expect(low).toBeLessThanOrEqual(count / trials);
        expect(high).toBeGreaterThanOrEqual(count / trials);
        expect(1 - mirrored.high).toBeCloseTo(low, 12);
        expect(wider.low).toBeLessThanOrEqual(low);
        expect(rateBounds(count + 1, trials + 1, alpha).low).toBeGreaterThanOrEqual(low);
      }),
      { numRuns: 100 },
    );
  });

  it('and the question whether a limit lies outside them never disagree', () => {
    fc.assert(
      fc.property(counts, alphas, fc.double({ min: 0, max: 1, noNaN: true }), ({ count, trials }, alpha, limit) => {
        const { low, high } = rateBounds(count, trials, alpha);
        fc.pre(Math.abs(limit - low) > 1e-9 && Math.abs(limit - high) > 1e-9);
        expect(isSurelyAbove(count, trials, limit, alpha)).toBe(limit < low);
        expect(isSurelyBelow(count, trials, limit, alpha)).toBe(limit > high);
      }),
      { numRuns: 300 },
    );
  });

  it('stay finite and in order over a million trials', () => {
    const { low, high } = rateBounds(20_000, 1_000_000, 0.01);
    expect([low, high].map((bound) => bound.toFixed(4))).toEqual(['0.0193', '0.0206']);
  });

  it.each([
    [0.02, 0.01],
    [0.1, 0.05],
    [0.5, 0.05],
    [0.95, 0.1],
  ])(
    'of a rate of %d, looked at after each of 400 trials, are ever wrong in at most %d of 2000 streams',
    (rate, alpha) => {
      const [streams, trials] = [2000, 400];
      const { next } = createSeededRandom(600 + rate * 100);
      // What a look says hangs on count and trials alone: the counts at which it changes are found once.
      const limits = Array.from({ length: trials + 1 }, (_, of) => {
        const seen = Array.from({ length: of + 1 }, (_unused, count) => count);
        return {
          above: firstOf(seen, (count) => isSurelyAbove(count, of, rate, alpha)),
          below: firstOf(seen, (count) => !isSurelyBelow(count, of, rate, alpha)),
        };
      });
      let [above, below] = [0, 0];
      for (let stream = 0; stream < streams; stream++) {
        let [count, isAbove, isBelow] = [0, false, false];
        for (const limit of limits.slice(1)) {
          if (next() < rate) count++;
          isAbove ||= count >= limit.above;
          isBelow ||= count < limit.below;
        }
        if (isAbove) above++;
        if (isBelow) below++;
      }
      expect(above / streams).toBeLessThanOrEqual(alpha);
      expect(below / streams).toBeLessThanOrEqual(alpha);
      // A bound that is never wrong would be idle.
      expect(above + below).toBeGreaterThan(0);
    },
  );

  it('hold where a test of a fixed sample, looked at as often, would be wrong several times too often', () => {
    const [streams, rate, alpha] = [200, 0.1, 0.05];
    const { next } = createSeededRandom(42);
    let wrong = 0;
    for (let stream = 0; stream < streams; stream++) {
      let [count, isWrong] = [0, false];
      for (let trials = 1; trials <= 200; trials++) {
        if (next() < rate) count++;
        isWrong ||= binomialTail(count, trials, rate) <= alpha;
      }
      if (isWrong) wrong++;
    }
    expect(wrong / streams).toBeGreaterThan(3 * alpha);
  });
});

describe('the tail of a binomial', () => {
  it.each([
    [0, 5, 0.3, 1],
    [6, 5, 0.3, 0],
    [5, 5, 0.5, 1 / 32],
    [1, 10, 0.1, 1 - 0.9 ** 10],
    [3, 4, 0, 0],
    [3, 4, 1, 1],
  ])('of %i or more in %i at %d is exact', (count, trials, rate, chance) => {
    expect(binomialTail(count, trials, rate)).toBeCloseTo(chance, 12);
  });

  it('is the sum of its terms', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ({ count, trials }, rate) => {
        let [term, sum] = [trials * Math.log1p(-rate), 0];
        for (let k = 0; k <= trials; k++) {
          if (k >= count) sum += Math.exp(term);
          term += Math.log((trials - k) / (k + 1)) + Math.log(rate / (1 - rate));
        }
        expect(binomialTail(count, trials, rate)).toBeCloseTo(sum, 9);
      }),
      { numRuns: 100 },
    );
  });
});

/** The first for which something holds that goes on holding. */
function firstOf(sorted: number[], holds: (count: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The mixture by brute force: mean likelihood ratio over Beta(½, ½) above p, with q = sin²(angle). */
function integrated(count: number, trials: number, p: number): number {
  const steps = 200_000;
  const from = Math.asin(Math.sqrt(p));
  const width = (Math.PI / 2 - from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const q = Math.sin(from + (i + 0.5) * width) ** 2;
    sum += (q / p) ** count * ((1 - q) / (1 - p)) ** (trials - count);
  }
  return sum / steps;
}
