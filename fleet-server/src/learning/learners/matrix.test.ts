import { describe, expect, it } from 'vitest';
import type { Example } from '../datasets/dataset.ts';
import { featureOf, generateDataset } from '../training/generated-dataset.ts';
import { buildMatrix, fitColumns, matrixWidth } from './matrix.ts';
import { encodeTable } from './table.ts';

const base: Example = { ref: 'a', site: 's', group: 'g', startAt: 0, dueAt: 0, knownAt: 0, label: 0, values: {} };
const features = [featureOf('days'), featureOf('trade', 'category')];
const rowsOf = (values: Example['values'][]) => values.map((value) => ({ ...base, values: value }));

describe('the design matrix', () => {
  it('learns median, mean, scale and levels from the given rows only', () => {
    const table = encodeTable(
      rowsOf([
        { days: 1, trade: 'b' },
        { days: 3, trade: 'a' },
        { days: null, trade: 'b' },
        { days: 1e6, trade: 'z' },
      ]),
      features,
    );
    const columns = fitColumns(table, Int32Array.of(0, 1, 2), { minLevelRows: 1 });
    expect(columns.numbers).toEqual([{ name: 'days', impute: 2, mean: 2, scale: Math.sqrt(2 / 3) }]);
    expect(columns.categories).toEqual([{ name: 'trade', levels: ['a', 'b'] }]);
    const matrix = buildMatrix(table, columns, Int32Array.of(3, 2));
    expect([...matrix.numbers]).toEqual([1e6, Number.NaN]);
    expect(matrix.codes.map((codes) => [...codes])).toEqual([[2, 1]]);
    expect(matrixWidth(columns)).toBe(3);
  });

  it('keeps the most frequent levels, sorted, and drops rare ones', () => {
    const trades = [
      ...Array<string>(12).fill('roof'),
      ...Array<string>(11).fill('brick'),
      ...Array<string>(9).fill('art'),
    ];
    const table = encodeTable(rowsOf(trades.map((trade) => ({ trade }))), features);
    const all = Int32Array.from(trades.keys());
    expect(fitColumns(table, all).categories[0]!.levels).toEqual(['brick', 'roof']);
    expect(fitColumns(table, all, { maxLevels: 1 }).categories[0]!.levels).toEqual(['roof']);
  });

  it('gives constant and empty columns scale 1', () => {
    const table = encodeTable(rowsOf([{ days: 7 }, { days: 7 }]), features);
    expect(fitColumns(table, Int32Array.of(0, 1)).numbers[0]).toMatchObject({ impute: 7, mean: 7, scale: 1 });
    expect(fitColumns(table, new Int32Array(0)).numbers[0]).toMatchObject({ impute: 0, mean: 0, scale: 1 });
  });

  it.each([
    [{ days: 'seven' }, 'examples[0].values.days'],
    [{ days: 1e39 }, 'examples[0].values.days'],
    [{ trade: 7 }, 'examples[0].values.trade'],
  ])('refuses %j naming the field', (values, field) => {
    expect(() => encodeTable(rowsOf([values]), features)).toThrow(
      expect.objectContaining({ code: 'bad_value', field }),
    );
  });

  it('does not depend on rows outside the fit', () => {
    const { examples, features: given } = generateDataset({ seed: 3, rows: 60, signal: 1 });
    const changed = examples.map((example, row) =>
      row < 40 ? example : { ...example, values: { n0: 1e9, trade: 'x' } },
    );
    const first = Int32Array.from({ length: 40 }, (_, row) => row);
    expect(fitColumns(encodeTable(changed, given), first)).toEqual(fitColumns(encodeTable(examples, given), first));
  });
});
