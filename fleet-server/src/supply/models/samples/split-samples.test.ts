import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinSets, type SampleSet } from './sample-set.ts';
import { splitSamples } from './split-samples.ts';

/** Runs of an open batch; row r of all is [r, -r] with label and expected answer r. */
function openSet(sizes: number[], origin: 'given' | 'generated' = 'given'): SampleSet {
  let next = 0;
  const rows = sizes.map((size) => Array.from({ length: size }, () => next++));
  const total = next;
  return {
    runs: rows.map((run) => [
      {
        name: 'x',
        dtype: 'float32',
        dims: [run.length, 2],
        data: Float32Array.from(run.flatMap((row) => [row, -row])),
      },
      { name: 't', dtype: 'string', dims: [run.length, 1], data: run.map(String) },
    ]),
    rows: sizes,
    origins: sizes.map(() => origin),
    labels: rows.map((run) => run.map(String)),
    expected: rows.map((run) => [
      { name: 'y', dtype: 'int64', dims: [run.length], data: BigInt64Array.from(run, BigInt) },
    ]),
    given: origin === 'given' ? total : 0,
    generated: origin === 'generated' ? total : 0,
    ignored: [],
  };
}

const PARTS = ['calibration', 'selection', 'final'] as const;
const labelsOf = (set: SampleSet) => set.labels!.flat().map(Number);

describe('a set of samples', () => {
  test('is dealt into three disjoint parts that together are the whole, every value beside its label', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (sizes, seed) => {
          const split = splitSamples(openSet(sizes), seed);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const dealt = PARTS.flatMap((part) => labelsOf(split[part]));
          expect(dealt.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, row) => row));
          for (const part of PARTS) {
            const set = split[part];
            expect(set.rows.length).toBeGreaterThanOrEqual(total >= 3 ? 1 : 0);
            expect(set.given).toBe(labelsOf(set).length);
            for (const [run, labels] of set.labels!.entries()) {
              const [x, t] = set.runs[run]!;
              expect(set.rows[run]).toBe(labels.length);
              expect(x).toMatchObject({
                dims: [labels.length, 2],
                data: Float32Array.from(labels.flatMap((row) => [Number(row), -Number(row)])),
              });
              expect(t!.data).toEqual(labels);
              expect(set.expected![run]![0]!.data).toEqual(BigInt64Array.from(labels, BigInt));
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('goes one part in five to calibration and two each to selection and the final figure', () => {
    const split = splitSamples(openSet([128, 128, 44]), 1);
    expect(PARTS.map((part) => split[part].given)).toEqual([60, 120, 120]);
    expect(splitSamples(openSet([128, 128, 44]), 1)).toEqual(split);
    expect(labelsOf(splitSamples(openSet([128, 128, 44]), 2).final)).not.toEqual(labelsOf(split.final));
  });

  test('of fixed batches, or with answers that are none of its rows, is dealt by whole runs', () => {
    const fixed = { ...openSet([3, 3, 3, 3]), rows: [1, 1, 1, 1] };
    const wholeAnswer = {
      ...openSet([3, 3, 3, 3]),
      expected: Array.from({ length: 4 }, () => [{ name: 'y', dtype: 'float32', dims: [], data: Float32Array.of(1) }]),
    };
    for (const set of [fixed, wholeAnswer]) {
      const split = splitSamples(set, 5);
      const runs = PARTS.flatMap((part) => split[part].runs);
      expect(runs).toHaveLength(4);
      expect(runs.every(([x]) => x!.dims[0] === 3)).toBe(true);
    }
  });

  test('that was filled up with generated samples still knows which is which, part by part', () => {
    const both = joinSets(openSet([4]), openSet([30, 30], 'generated'));
    expect(both).toMatchObject({ given: 4, generated: 60, origins: ['given', 'generated', 'generated'] });
    const split = splitSamples(both, 1);
    expect(PARTS.reduce((sum, part) => sum + split[part].given, 0)).toBe(4);
    expect(PARTS.reduce((sum, part) => sum + split[part].generated, 0)).toBe(60);
  });
});
