import { codeOf, isCodedError } from '@plumbline/shared/errors';
import type { Feature } from '@plumbline/shared/manifest';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../dataset.ts';
import { datasetVersion } from '../version.ts';
import { concatDatasets } from './concat-datasets.ts';
import { filterDataset } from './filter-dataset.ts';

const CREW: Feature = { name: 'crew', type: 'number', unit: 'people', missing: 'refuse', from: { column: 'crew' } };
const TRADE: Feature = {
  name: 'trade',
  type: 'category',
  categories: ['steel', 'wood'],
  missing: 'accept',
  from: { column: 'trade' },
};

function dataset(name: string, from: number, to: number, more: Partial<Dataset> = {}): Dataset {
  const examples = Array.from({ length: to - from }, (_, at) => {
    const row = from + at;
    const day = row * 86_400_000;
    const values = { crew: row % 9, trade: row % 5 === 0 ? null : row % 2 === 0 ? 'steel' : 'wood' };
    const label = (row % 3 === 0 ? 1 : 0) as 0 | 1;
    return { ref: `r${row}`, site: 's', group: `g${row % 7}`, startAt: day, dueAt: day, knownAt: day, label, values };
  });
  const features = [{ ...CREW, range: [from % 9, 8] as [number, number] }, TRADE];
  const made = { target: 'late', split: 'group' as const, features, examples, ...more };
  const sources = [{ name: `${name}.csv`, sha256: name, rows: examples.length }];
  return { name, version: datasetVersion(made), reader: 'table', sources, rejected: [], counts: {}, ...made };
}

function refusal(make: () => unknown) {
  try {
    return make();
  } catch (error) {
    return isCodedError(error) ? { code: codeOf(error), field: error.field, message: error.message } : error;
  }
}

describe('a filter', () => {
  const whole = dataset('all', 0, 300);

  test('keeps the rows for which it holds, counts those it cannot judge, and names what it was made from', () => {
    const { dataset: made, leftOut, open } = filterDataset(whole, "trade == 'steel' or crew > 7", 'steel');
    const expected = whole.examples.filter(({ values }) => values['trade'] === 'steel' || Number(values['crew']) > 7);
    expect(made.examples).toEqual(expected);
    const silent = whole.examples.filter(({ values }) => values['trade'] === null && Number(values['crew']) <= 7);
    expect([leftOut, open]).toEqual([300 - expected.length, silent.length]);
    expect(made.features).toEqual(whole.features);
    expect(made.version).toBe(datasetVersion(made));
    expect(made.derivedFrom).toEqual([
      { dataset: `all@${whole.version}`, operation: "filter: trade == 'steel' or crew > 7" },
    ]);
  });

  test('reads dates, sites and labels as an export names them', () => {
    const { dataset: made } = filterDataset(whole, "start_at < '1970-05-01' and site == 's'", 'early');
    expect(made.examples).toEqual(whole.examples.slice(0, 120));
  });

  test.each([
    ['crew >', ['expression_syntax', 'where']],
    ['crews > 3', ['expression_column', 'where']],
    ["crew > 'many'", ['expression_type', 'where']],
    ['crew >= 0', ['dataset_same', 'where']],
    ['crew > 100', ['too_few_rows', 'examples']],
    ['label == 1', ['one_class', 'label']],
  ])('that says %s is refused', (where, expected) => {
    expect(refusal(() => filterDataset(whole, where, 'none'))).toMatchObject({ code: expected[0], field: expected[1] });
  });
});

describe('datasets put together', () => {
  test('have every row once in the order of time, all levels, and all their parents', () => {
    const late = dataset('late', 90, 200, {
      features: [TRADE, CREW].map((one) => (one === TRADE ? { ...TRADE, categories: ['wood', 'glass'] } : one)),
    });
    const early = dataset('early', 0, 100);
    const { dataset: made, repeated } = concatDatasets([late, early], 'all');
    expect(repeated).toBe(10);
    expect(made.examples.map(({ ref }) => ref)).toEqual(Array.from({ length: 200 }, (_, row) => `r${row}`));
    expect(made.features.map(({ name, categories }) => [name, categories])).toEqual([
      ['trade', ['wood', 'glass', 'steel']],
      ['crew', undefined],
    ]);
    expect(made.sources).toHaveLength(2);
    expect(made.derivedFrom?.map(({ operation }) => operation)).toEqual(['concat: 110 rows', 'concat: 100 rows']);
  });

  test('are a whole again when a filter took it apart', () => {
    const whole = dataset('all', 0, 300);
    const parts = ['crew < 4', 'crew >= 4'].map((where) => filterDataset(whole, where, 'part').dataset);
    expect(concatDatasets(parts, 'again').dataset.version).toBe(whole.version);
  });

  const first = dataset('a', 0, 60);
  const months = { ...CREW, unit: 'months' };
  test.each<[string, Dataset, string]>([
    ['another type', dataset('b', 60, 120, { features: [{ ...CREW, type: 'category' }, TRADE] }), 'dataset_columns'],
    ['another unit', dataset('b', 60, 120, { features: [months, TRADE] }), 'dataset_columns'],
    ['a column less', dataset('b', 60, 120, { features: [TRADE] }), 'dataset_columns'],
    ['a column more', dataset('b', 60, 120, { features: [CREW, TRADE, { ...CREW, name: 'size' }] }), 'dataset_columns'],
    ['another target', dataset('b', 60, 120, { target: 'over 30 days' }), 'dataset_target'],
    ['an activity with another row', dataset('b', 59, 120, { examples: changed() }), 'dataset_conflict'],
    ['the same version twice', first, 'dataset_same'],
  ])('are refused with %s', (_, other, code) => {
    expect(refusal(() => concatDatasets([first, other], 'both'))).toMatchObject({ code });
  });

  test('name the column and both types', () => {
    const other = dataset('b', 60, 120, { features: [{ ...CREW, type: 'category' }, TRADE] });
    expect(refusal(() => concatDatasets([first, other], 'both'))).toEqual({
      code: 'dataset_columns',
      field: 'crew',
      message: `'crew' is number in people from column crew in a@${first.version.slice(0, 16)} and category in people from column crew in b@${other.version.slice(0, 16)}`,
    });
  });
});

function changed() {
  return dataset('b', 59, 120).examples.map((one) => ({ ...one, site: 'elsewhere' }));
}
