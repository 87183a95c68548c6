import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figureOf, type Question } from './figure.ts';
import { measurePairs, medianInterval } from './pairs.ts';
import { lineOf } from './table.ts';

const question: Question = {
  name: 'one record',
  unit: 'µs',
  against: 'bare',
  by: 'difference',
  budget: { rule: 'at most', limit: 20 },
};

describe('interleaved pairs', () => {
  it('let each side go first as often as the other, after one round that does not count', async () => {
    const order: string[] = [];
    const side = (name: string) => () => order.push(name);
    expect(await measurePairs(4, { ours: side('o'), bare: side('b') })).toHaveLength(4);
    expect(order.join('')).toBe('obobboobbo');
  });

  it('have an interval around their median that lies within what was measured and is the same every time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const { median, low, high } = medianInterval(values);
          expect(low).toBeLessThanOrEqual(median);
          expect(high).toBeGreaterThanOrEqual(median);
          expect(low).toBeGreaterThanOrEqual(Math.min(...values));
          expect(high).toBeLessThanOrEqual(Math.max(...values));
          expect(medianInterval(values)).toEqual({ median, low, high });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('hold the true median in about 38 of 40 samples', () => {
    let state = 7;
    const next = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const held = Array.from({ length: 40 }, () => medianInterval(Array.from({ length: 31 }, next))).filter(
      ({ low, high }) => low <= 0.5 && high >= 0.5,
    );
    expect(held.length).toBeGreaterThanOrEqual(33);
  });
});

describe('a figure', () => {
  it.each([
    [question, 30, 10, true],
    [question, 31, 10, false],
    [{ ...question, by: 'ratio', budget: { rule: 'at least', limit: 0.8 } }, 80, 100, true],
    [{ ...question, by: 'ratio', budget: { rule: 'at least', limit: 0.8 } }, 79, 100, false],
  ] as const)('%j with ours %d and bare %d is kept: %s', (asked, ours, bare, kept) => {
    expect(figureOf(asked, [{ ours, bare }]).kept).toBe(kept);
  });

  it('says both numbers and the word when its budget is missed', () => {
    const line = lineOf(figureOf(question, [{ ours: 50.5, bare: 10 }]));
    expect(line).toMatch(/50\.5 µs.*10\.0 µs.*\+40\.5 µs.*≤ \+20\.0 µs: MISSED/);
  });

  it('is compared pair by pair, not median by median', () => {
    const pairs = [
      { ours: 2, bare: 1 },
      { ours: 20, bare: 10 },
      { ours: 200, bare: 100 },
    ];
    expect(figureOf({ ...question, by: 'ratio' }, pairs).compared).toEqual({ median: 2, low: 2, high: 2 });
  });

  it('with nothing beside it says why', () => {
    expect(lineOf({ name: 'x', unit: 's', ours: 1, reason: 'scikit-learn is absent' })).toContain(
      'alone: scikit-learn is absent',
    );
  });
});
