import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example } from '../datasets/dataset.ts';
import { makeFolds } from './folds.ts';

const examples = fc.array(
  fc
    .record({
      group: fc.integer({ min: 0, max: 30 }),
      startAt: fc.integer({ min: 0, max: 500 }),
      lasts: fc.integer({ min: 0, max: 100 }),
      late: fc.integer({ min: -50, max: 100 }),
      label: fc.constantFrom(0 as const, 1 as const),
    })
    .map(({ group, startAt, lasts, late, label }): Omit<Example, 'ref'> => {
      const dueAt = startAt + lasts;
      return { site: 's', group: `g${group}`, startAt, dueAt, knownAt: dueAt + late, label, values: {} };
    }),
  { minLength: 120, maxLength: 240 },
);
const cases = fc.record({ rows: examples, count: fc.integer({ min: 2, max: 6 }), seed: fc.nat() });
const named = (rows: Omit<Example, 'ref'>[]) => rows.map((row, index) => ({ ...row, ref: `a${index}` }));

describe('folds', () => {
  it('by time train on nothing that was unknown when the validation period began', () => {
    fc.assert(
      fc.property(cases, ({ rows, count, seed }) => {
        const given = named(rows);
        const seen = new Set<number>();
        for (const { train, valid } of makeFolds(given, { split: 'time', count, seed })) {
          const begin = Math.min(...Array.from(valid, (row) => given[row]!.dueAt));
          for (const row of train) expect(given[row]!.knownAt).toBeLessThanOrEqual(begin);
          const known = Math.max(...Array.from(train, (row) => given[row]!.knownAt));
          for (const row of valid) expect(given[row]!.knownAt).toBeGreaterThan(known);
          for (const row of valid) expect(seen.has(row)).toBe(false);
          for (const row of valid) seen.add(row);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('by group keep every group on one side and validate every row once', () => {
    fc.assert(
      fc.property(cases, ({ rows, count, seed }) => {
        const given = named(rows);
        const folds = makeFolds(given, { split: 'group', count, seed });
        for (const { train, valid } of folds) {
          const groups = new Set(Array.from(valid, (row) => given[row]!.group));
          for (const row of train) expect(groups.has(given[row]!.group)).toBe(false);
        }
        const validated = folds.flatMap(({ valid }) => [...valid]).toSorted((a, b) => a - b);
        expect(validated).toEqual([...given.keys()]);
      }),
      { numRuns: 30 },
    );
  });

  it('stratified hold both labels level to within one row and share no row', () => {
    fc.assert(
      fc.property(cases, ({ rows, count, seed }) => {
        const given = named(rows);
        const folds = makeFolds(given, { split: 'stratified', count, seed });
        const late = folds.map(({ valid }) => valid.filter((row) => given[row]!.label === 1).length);
        expect(Math.max(...late) - Math.min(...late)).toBeLessThanOrEqual(1);
        for (const { train, valid } of folds) {
          expect(new Set([...train, ...valid]).size).toBe(given.length);
        }
        expect(makeFolds(given, { split: 'stratified', count, seed })).toEqual(folds);
      }),
      { numRuns: 30 },
    );
  });

  it('refuse a dataset of one group, and labels that all become known at the end', () => {
    const row = { site: 's', group: 'one', startAt: 0, dueAt: 1, knownAt: 9, values: {} };
    const given = Array.from({ length: 60 }, (_, index): Example => ({
      ...row,
      ref: `a${index}`,
      label: index % 2 === 0 ? 1 : 0,
    }));
    for (const split of ['group', 'time'] as const) {
      expect(() => makeFolds(given, { split, count: 5, seed: 1 })).toThrow(
        expect.objectContaining({ code: 'no_honest_split' }),
      );
    }
  });
});
