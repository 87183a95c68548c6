import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marginsOf } from '../margins.ts';
import type { Matrix } from '../matrix.ts';
import { buildMatrix, fitColumns, numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import type { Table } from '../table.ts';
import { fitBoosting, fitBoostingWithMargins } from './boosting.ts';

/** One category of the given codes, -1 being missing, and as many columns of numbers as asked for. */
function tableOf(codes: number[], labels: number[], levels: number, numbers = 0): Table {
  const random = createRandom(7);
  return {
    rows: codes.length,
    numberNames: Array.from({ length: numbers }, (_, index) => `n${index}`),
    numbers: Float32Array.from({ length: numbers * codes.length }, () => random.unit()),
    categories: [
      {
        name: 'trade',
        dictionary: Array.from({ length: levels }, (_, level) => String.fromCodePoint(97 + level)),
        codes: Int32Array.from(codes),
      },
    ],
    labels: Uint8Array.from(labels),
  };
}

function matrixOf(table: Table): Matrix {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  return buildMatrix(table, fitColumns(table, all, { minLevelRows: 1 }), all);
}

const stump = { trees: 1, rate: 1, leaves: 2, minRows: 1, categories: 'native' as const, levelRows: 1, smoothing: 0 };

/** Twelve levels, every third of which is late nearly always. */
function thirds(rows: number, numbers: number): Table {
  const random = createRandom(3);
  const codes = Array.from({ length: rows }, () => random.below(13) - 1);
  const labels = codes.map((code) => (random.unit() < (code % 3 === 0 ? 0.9 : 0.1) ? 1 : 0));
  return tableOf(codes, labels, 12, numbers);
}

describe('boosted trees with native categories', () => {
  it('divide as an exhaustive search over all sets of levels does', () => {
    const row = fc.record({ code: fc.integer({ min: -1, max: 5 }), label: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 12, maxLength: 60 }), (rows) => {
        const matrix = matrixOf(
          tableOf(
            rows.map(({ code }) => code),
            rows.map(({ label }) => label),
            6,
          ),
        );
        fc.pre(matrix.columns.categories[0]!.levels.length > 4);
        const { trees, columns } = fitBoosting(matrix, stump);
        const { levels } = matrix.columns.categories[0]!;
        const own = columns.sets?.[0]?.levels.reduce((mask, level) => mask | (1 << level), 0);
        const losses = Array.from({ length: 2 ** levels.length }, (_, mask) => squaredLoss(matrix, mask));
        const least = Math.min(...losses);
        expect(trees[0]!.feature[0]! >= 0 ? losses[own!] : losses[0]).toBeCloseTo(least, 9);
      }),
      { numRuns: 100 },
    );
  });

  it('find in one division what takes indicators many', () => {
    const matrix = matrixOf(thirds(1200, 0));
    const one = { trees: 1, rate: 1, leaves: 2, minRows: 20 };
    const native = fitBoosting(matrix, { ...one, categories: 'native' });
    expect(native.columns.sets).toEqual([{ category: 0, levels: [0, 3, 6, 9] }]);
    const margins = marginsOf(native, matrix);
    expect(Math.max(...margins) - Math.min(...margins)).toBeGreaterThan(3);
    expect(fitBoosting(matrix, one).columns).toEqual(matrix.columns);
  });

  it.each([{}, { rowShare: 0.7, columnShare: 0.6 }, { earlyStop: { share: 0.2, rounds: 3 } }])(
    'route raw values as they routed bins, and number the sets they use: %j',
    (more) => {
      const matrix = matrixOf(thirds(900, 3));
      const parameters = { trees: 12, rate: 0.3, leaves: 12, minRows: 5, categories: 'native' as const, ...more };
      const { model, margins } = fitBoostingWithMargins(matrix, parameters, 1);
      const { sets = [] } = model.columns;
      const used = new Set(model.trees.flatMap(({ feature }) => [...feature].filter((design) => design >= 3 + 12)));
      expect(sets.length).toBeGreaterThan(0);
      expect([...used].toSorted((a, b) => a - b)).toEqual(sets.map((_, index) => 15 + index));
      // Dropped trees are in the margins still.
      const routed = 'earlyStop' in more ? margins : marginsOf(model, matrix);
      expect(routed).toEqual(margins);
    },
  );

  it('leave levels of few rows with the unseen ones, and few levels to indicators', () => {
    const codes = [...Array<number>(40).keys()].map((row) => row % 5).concat(5, 5);
    const labels = codes.map((code) => (code >= 3 ? 1 : 0));
    const rare = fitBoosting(matrixOf(tableOf(codes, labels, 6)), { ...stump, levelRows: 3 });
    expect(rare.columns.sets!.flatMap(({ levels }) => levels)).not.toContain(5);
    const four = fitBoosting(
      matrixOf(
        tableOf(
          codes.map((code) => code % 4),
          labels,
          4,
        ),
      ),
      stump,
    );
    expect(four.columns.sets).toBeUndefined();
  });

  it('change nothing where there is no category', () => {
    const random = createRandom(5);
    const numbers = Float32Array.from({ length: 600 }, random.unit);
    const matrix = numberMatrix(
      numbers,
      Uint8Array.from({ length: 300 }, (_, row) => (numbers[row]! > 0.5 ? 1 : 0)),
    );
    const plain = { trees: 5, rate: 0.1, leaves: 8, minRows: 5 };
    expect(fitBoosting(matrix, { ...plain, categories: 'native' })).toEqual(fitBoosting(matrix, plain));
  });
});

/** Squared error of the labels around the means of both sides; infinite where one is empty. */
function squaredLoss({ codes, labels, columns }: Matrix, mask: number): number {
  const none = columns.categories[0]!.levels.length;
  const right = (row: number): boolean => codes[0]![row]! < none && ((mask >> codes[0]![row]!) & 1) === 1;
  const rows = [...labels.keys()];
  return [rows.filter(right), rows.filter((row) => !right(row))].reduce((sum, side) => {
    const late = side.reduce((all, row) => all + labels[row]!, 0);
    return side.length === 0 ? sum : sum + late * (1 - late / side.length);
  }, 0);
}
