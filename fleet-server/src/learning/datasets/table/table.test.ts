import { codeOf, isCodedError } from '@plumbline/shared/errors';
import { describe, expect, test } from 'vitest';
import { readTable } from './read-table.ts';
import type { DataFile } from '../files/data-file.ts';
import type { TableRoles } from './roles.ts';

const CLASSES = ['on time', 'late', 'very late'];

/** 60 rows: a size, three classes, days, a column that follows the days, dates. */
function file(
  change: (cells: Record<string, string>, row: number) => Record<string, string> = (cells) => cells,
): DataFile {
  const rows = Array.from({ length: 60 }, (_, row) =>
    change(
      {
        size: String((row * 17) % 23),
        status: CLASSES[row % 3]!,
        slip: String(((row * 37) % 61) - 20),
        cost: String((((row * 37) % 61) - 20) * 3 + 500),
        begin: `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
        done: `2024-03-${String((row % 28) + 1).padStart(2, '0')}`,
      },
      row,
    ),
  );
  const header = Object.keys(rows[0]!);
  return {
    source: 'a.csv',
    sha256: '',
    header,
    rejected: [],
    rows: rows.map((cells, row) => ({ line: row + 2, cells: header.map((name) => cells[name] ?? '') })),
  };
}

const read = (roles: TableRoles, change?: Parameters<typeof file>[0]) => readTable([file(change)], roles);
function refusal(roles: TableRoles, change?: Parameters<typeof file>[0]) {
  try {
    read(roles, change);
    return undefined;
  } catch (error) {
    return isCodedError(error)
      ? { code: codeOf(error), field: error.field, message: error.message, expected: error.expected }
      : { code: String(error) };
  }
}

const late = (positive: string) => read({ label: 'status', positive }).examples.filter(({ label }) => label === 1);

describe('the label', () => {
  test('of several classes is refused with their names, until somebody says which of them count', () => {
    expect(refusal({ label: 'status' })).toMatchObject({
      code: 'label_not_binary',
      field: 'status',
      message: "the label column 'status' has 3 classes: 'late' (20), 'on time' (20), 'very late' (20)",
      expected: '`positive`, such as \'status == "late"\'',
    });
    expect(late('late')).toHaveLength(20);
    expect(late('status in ("late", "very late")')).toHaveLength(40);
    expect(late('status != "on time" and slip > 0').length).toBeLessThan(40);
  });

  test('of nearly as many values as rows is taken for what it is', () => {
    expect(refusal({ label: 'slip' })).toMatchObject({
      code: 'label_is_identifier',
      field: 'slip',
      expected: "`positive`, such as 'slip > 0'",
    });
    expect(refusal({ delay: 'slip' })).toMatchObject({ code: 'dataset_ambiguous', field: 'label' });
    expect(refusal({ label: 'status', positive: 'later' })).toMatchObject({ code: 'dataset_label', field: 'positive' });
    expect(refusal({ positive: 'lateness > 3' })).toMatchObject({ code: 'expression_column', field: 'positive' });
  });

  test('by a condition keeps its columns out of the features, and knows the days where they are given', () => {
    const { examples, features, labelColumns, target } = read({
      label: 'status',
      positive: 'slip > 10',
      delay: 'slip',
    });
    expect(features.map(({ name }) => name)).toEqual(['size', 'cost']);
    expect(labelColumns).toEqual(['status', 'slip']);
    expect(target).toBe('slip > 10');
    expect(examples.every(({ label, delayDays }) => (label === 1) === delayDays! > 10)).toBe(true);
  });

  test('that a cell leaves open is no label, and a delay that is no number no delay', () => {
    const { counts, examples } = read({ positive: 'slip > 10', delay: 'size' }, (cells, row) => ({
      ...cells,
      ...(row === 3 ? { slip: 'NA' } : {}),
      ...(row === 4 ? { size: 'big' } : {}),
      ...(row === 5 ? { size: '' } : {}),
    }));
    expect(counts).toEqual({ label_missing: 1, mixed_type: 1, kept: 58 });
    expect(examples.filter(({ delayDays }) => delayDays === undefined)).toHaveLength(1);
  });
});

test('a feature that follows or repeats a column of the label is named, and a date after the start', () => {
  const { findings } = read({ positive: 'slip > 10', time: 'begin' }, (cells) => ({ ...cells, again: cells['slip']! }));
  expect(findings?.map(({ code, severity, field }) => [code, severity, field])).toEqual([
    ['leak_label_source', 'refuse', 'cost'],
    ['leak_label_copy', 'refuse', 'again'],
    ['date_after_start', 'note', 'done'],
  ]);
});

test('infinite numbers, and those the graph cannot hold, become missing and are named', () => {
  const { examples, findings, missingValues, counts } = read({ positive: 'slip > 10' }, (cells, row) => ({
    ...cells,
    size: ['inf', '-Infinity', '1e39', '3e38'][row] ?? cells['size']!,
  }));
  expect(examples.slice(0, 4).map(({ values }) => values['size'])).toEqual([null, null, null, 3e38]);
  expect(findings?.find(({ code }) => code === 'infinite_values')).toMatchObject({ severity: 'warn', field: 'size' });
  expect([missingValues, counts]).toEqual([{ infinite_value: 3 }, { kept: 60 }]);
});

test('stated features are taken as they are, and none may be a column of the label', () => {
  const features = [{ name: 'size', type: 'category' as const, missing: 'accept' as const, from: { column: 'size' } }];
  const { examples } = read({ positive: 'slip > 10', features, exact: true });
  expect(typeof examples[0]?.values['size']).toBe('string');
  const leak = [{ ...features[0]!, name: 'slip', from: { column: 'slip' } }];
  expect(refusal({ positive: 'slip > 10', features: leak })).toMatchObject({ code: 'dataset_role', field: 'features' });
  const absent = [{ ...features[0]!, name: 'x', from: { column: 'x' } }];
  expect(refusal({ positive: 'slip > 10', features: absent })).toMatchObject({
    code: 'dataset_role',
    field: 'features',
  });
});
