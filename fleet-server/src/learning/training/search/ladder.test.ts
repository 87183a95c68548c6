import { assert, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplitRule } from '../../datasets/dataset.ts';
import { makeFolds } from '../folds.ts';
import { generateDataset } from '../generated-dataset.ts';
import { makeLadder } from './ladder.ts';

function ladderOf(split: SplitRule, rows: number, seed: number, configurations = 9) {
  const { examples } = generateDataset({ seed, rows, signal: 1, groups: Math.floor(rows / 8), split });
  const strata = Uint8Array.from(examples, ({ label }) => label);
  const folds = makeFolds(examples, { split, count: 3, seed, strata });
  return { examples, folds, rungs: makeLadder(examples, strata, folds, { split, seed, factor: 3, configurations }) };
}

describe('the ladder of successive halving', () => {
  it.each<SplitRule>(['stratified', 'group', 'time'])('by %s has nested rungs that end with all rows', (split) => {
    assert(
      property(integer({ min: 300, max: 900 }), nat(1000), (rows, seed) => {
        const { examples, folds, rungs } = ladderOf(split, rows, seed);
        expect(rungs.at(-1)).toEqual({ share: 1, train: folds.map(({ train }) => train) });
        for (const [index, { train, share }] of rungs.slice(0, -1).entries()) {
          for (const [fold, part] of train.entries()) {
            const next = new Set(rungs[index + 1]!.train[fold]);
            expect(part.every((row) => next.has(row))).toBe(true);
            expect(part.length).toBeGreaterThanOrEqual(share * folds[fold]!.train.length);
            const others = [...folds[fold]!.train].filter((row) => !part.includes(row));
            const groups = new Set(Array.from(part, (row) => examples[row]!.group));
            expect(split === 'group' && others.some((row) => groups.has(examples[row]!.group))).toBe(false);
            const since = Math.min(...Array.from(part, (row) => examples[row]!.knownAt));
            expect(split !== 'time' || others.every((row) => examples[row]!.knownAt <= since)).toBe(true);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  it('has no more rungs than it takes to leave one, and one only when rows are few', () => {
    expect(ladderOf('stratified', 900, 1).rungs.map(({ share }) => share)).toEqual([1 / 9, 1 / 3, 1]);
    expect(ladderOf('stratified', 900, 1, 3).rungs).toHaveLength(2);
    expect(ladderOf('stratified', 900, 1, 1).rungs).toHaveLength(1);
    expect(ladderOf('stratified', 200, 1).rungs).toHaveLength(1);
  });
});
