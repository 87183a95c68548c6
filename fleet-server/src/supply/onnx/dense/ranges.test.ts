import { array, assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RangeMethod } from './ranges.ts';
import { rangeOf, uint8Of } from './ranges.ts';
import { createRandom } from '../export/random-models.ts';
import { normals } from '../rewrite/random-nets.ts';

const METHODS: RangeMethod[] = ['minmax', 'percentile', 'entropy'];
/** A bell with one value far outside in a million. */
const OUTLIER = [normals(createRandom(1), 500_000), normals(createRandom(2), 499_999), Float32Array.of(1000)];

describe('a range', () => {
  test('holds zero and lies within the values seen', () => {
    assert(
      property(array(double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
        for (const method of METHODS) {
          const { low, high } = rangeOf([values], method)!;
          expect(low).toBeLessThanOrEqual(0);
          expect(high).toBeGreaterThanOrEqual(0);
          expect(low).toBeGreaterThanOrEqual(Math.min(0, ...values));
          expect(high).toBeLessThanOrEqual(Math.max(0, ...values));
        }
      }),
    );
  });

  test.each(METHODS)('by %s is the same for one run and for its parts', (method) => {
    const values = normals(createRandom(4), 3000);
    expect(rangeOf([values.subarray(0, 10), values.subarray(10)], method)).toEqual(rangeOf([values], method));
  });

  test.each(METHODS)('by %s is unknown without values, and where one is not finite', (method) => {
    expect(rangeOf([], method)).toBeUndefined();
    expect(rangeOf([[]], method)).toBeUndefined();
    expect(rangeOf([[1, Number.NaN]], method)).toBeUndefined();
    expect(rangeOf([[1, Infinity]], method)).toBeUndefined();
  });

  test('by minmax takes an outlier in, the others leave it out', () => {
    expect(rangeOf(OUTLIER, 'minmax')!.high).toBe(1000);
    expect(rangeOf(OUTLIER, 'percentile')!.high).toBeLessThan(20);
    expect(rangeOf(OUTLIER, 'entropy')!.high).toBeLessThan(100);
  });

  test('by entropy keeps nearly all of a bell without outliers behind a Relu', () => {
    const values = normals(createRandom(3), 100_000).map((value) => Math.max(0, value));
    const { low, high } = rangeOf([values], 'entropy')!;
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(2.5);
  });
});

test.each([
  [
    { low: 0, high: 255 },
    { scale: 1, zero: 0 },
  ],
  [
    { low: -1, high: 1 },
    { scale: Math.fround(2 / 255), zero: 127 },
  ],
  [
    { low: -255, high: 0 },
    { scale: 1, zero: 255 },
  ],
  [
    { low: 0, high: 0 },
    { scale: 1, zero: 0 },
  ],
])('%j as uint8 is %j', (range, expected) => {
  const { scale, zero } = uint8Of(range);
  expect(scale).toBe(expected.scale);
  expect(Math.abs(zero - expected.zero)).toBeLessThanOrEqual(1);
});
