import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, isCodedError } from '@plumbline/shared/errors';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DatasetError, inspectTable, openDataset } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datasets-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** 60 rows of two classes: numbers, a category, times, a site. */
function tableOf(rows = 60, change: (cells: string[], row: number) => string[] = (cells) => cells): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    change(
      [
        String(row),
        row % 3 ? 'steel' : 'wood',
        `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
        `s${row % 4}`,
        row % 2 ? 'late' : 'on time',
      ],
      row,
    ).join(','),
  );
  return ['size,trade,start,site,outcome', ...lines].join('\n');
}

async function refusal(opening: Promise<unknown>): Promise<{ code: string; field: string | undefined }> {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { code: error === undefined ? 'none' : codeOf(error), field: isCodedError(error) ? error.field : undefined };
}

describe('a table', () => {
  const roles = { label: 'outcome', time: 'start', site: 'site' };

  test('is read by the roles given, with types from its values and every row accounted for', async () => {
    const path = await write(
      'any.csv',
      tableOf(62, (cells, row) => (row === 5 ? ['PNS', ...cells.slice(1)] : row === 6 ? cells.slice(1) : cells)),
    );
    const dataset = await openDataset([path], { roles });
    expect(dataset).toMatchObject({
      reader: 'table',
      split: 'time',
      counts: { kept: 60, mixed_type: 1, csv_wrong_column_count: 1 },
    });
    expect(dataset.features.map(({ name, type }) => [name, type])).toEqual([
      ['size', 'number'],
      ['trade', 'category'],
    ]);
    expect(dataset.rejected.map(({ line, code }) => [line, code])).toEqual([
      [8, 'csv_wrong_column_count'],
      [7, 'mixed_type'],
    ]);
    expect(dataset.examples.every((example) => example.knownAt >= example.startAt)).toBe(true);
  });

  test('takes its roles from dataset.yaml beside it', async () => {
    await write('any.csv', tableOf());
    await write('dataset.yaml', 'label: outcome\npositive: on time\ngroup: site\nignore: [start]\n');
    const dataset = await openDataset([folder]);
    expect(dataset).toMatchObject({ reader: 'table', split: 'group' });
    expect(dataset.examples.find((example) => example.values['size'] === 0)?.label).toBe(1);
  });

  test('without a time role has one time for all rows and is split by class', async () => {
    const dataset = await openDataset([await write('any.csv', tableOf())], {
      roles: { label: 'outcome', ignore: ['start'] },
    });
    expect(dataset.split).toBe('stratified');
    expect(new Set(dataset.examples.map((example) => example.startAt))).toEqual(new Set([0]));
  });

  test('makes missing what people write for nothing, and rejects rows without a label', async () => {
    const text = tableOf(62, (cells, row) =>
      row === 0 ? ['NaN', ...cells.slice(1)] : row === 1 ? [...cells.slice(0, 4), ''] : cells,
    );
    const dataset = await openDataset([await write('any.csv', text)], { roles });
    expect(dataset.examples.filter((example) => example.values['size'] === null)).toHaveLength(1);
    expect(dataset.counts).toEqual({ kept: 61, label_missing: 1 });
  });

  test('leaves out columns that say nothing or name rows, and says why', async () => {
    const text = tableOf(60, (cells, row) => [`A-${row}x`, 'x', ...cells.slice(2)]);
    const opening = openDataset([await write('any.csv', text)], { roles });
    expect(await refusal(opening)).toEqual({ code: 'no_features', field: 'features' });
    const more = text.split('\n').map((line, row) => `${row === 0 ? 'depth' : row % 7},${line}`);
    const dataset = await openDataset([await write('more.csv', more.join('\n'))], { roles });
    expect(dataset.ignoredColumns).toEqual({ size: 'names rows', trade: 'the same in every row' });
  });

  test('that nobody explained is refused with a guess instead of read on the strength of it', async () => {
    const path = await write('any.csv', tableOf());
    const error: unknown = await openDataset([path]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({
      code: 'dataset_ambiguous',
      field: 'label',
      message: expect.stringContaining("'outcome'"),
    });
    const inspection = await inspectTable(path);
    expect((error as DatasetError).inspection).toEqual(inspection);
    expect(inspection.guess).toMatchObject({
      label: { column: 'outcome' },
      time: { column: 'start' },
      site: { column: 'site' },
    });
    expect(inspection.columns[0]).toEqual({
      name: 'size',
      type: 'number',
      missing: 0,
      distinct: 60,
      examples: ['0', '1', '2', '3', '4'],
    });
  });
});

describe('input that cannot become a dataset', () => {
  const roles = { label: 'outcome' };
  test.each<[string, string | Uint8Array, object, string, string]>([
    ['an empty file', '', roles, 'csv_empty', 'any.csv'],
    ['bytes that are no text', Uint8Array.of(0x50, 0x4b, 3, 4, 0), roles, 'csv_not_text', 'any.csv'],
    ['a header with one name twice', 'a,a,outcome\n', roles, 'csv_duplicate_header', 'any.csv: a'],
    ['a role that names no column', tableOf(), { label: 'verdict' }, 'dataset_role', 'label'],
    [
      'a label of three values',
      tableOf(60, (cells, row) => [...cells.slice(0, 4), `${row % 3}`]),
      roles,
      'label_not_binary',
      'outcome',
    ],
    [
      'labels that do not say which is late',
      tableOf(60, (cells, row) => [...cells.slice(0, 4), row % 2 ? 'a' : 'b']),
      roles,
      'dataset_label',
      'positive',
    ],
    ['fewer than 50 rows', tableOf(49), roles, 'too_few_rows', 'examples'],
    ['one class', tableOf(60, (cells) => [...cells.slice(0, 4), 'late']), roles, 'one_class', 'label'],
    [
      'days with slashes that only make sense day first',
      tableOf(60, (cells, row) => [...cells.slice(0, 2), `${(row % 28) + 1}/1/2024`, ...cells.slice(3)]),
      { ...roles, time: 'start' },
      'dataset_day_first',
      'time',
    ],
  ])('%s is refused', async (_what, content, given, code, field) => {
    const path = await write('any.csv', content);
    const refused = await refusal(openDataset([path], { roles: given }));
    expect(refused).toEqual({ code, field: field.replace('any.csv', path) });
  });

  test('a table of which no row can be used is refused with the reason of most of them', async () => {
    const path = await write(
      'any.csv',
      tableOf(60, (cells) => [...cells.slice(0, 2), '30 June', ...cells.slice(3)]),
    );
    const opening = openDataset([path], { roles: { ...roles, time: 'start' } });
    await expect(opening).rejects.toThrow(
      "60 rows were left out as not_a_date, the first in line 2: time is '30 June'",
    );
  });

  test('a path that is not there, a folder without CSV files and a broken dataset.yaml are refused', async () => {
    expect(await refusal(openDataset([join(folder, 'nowhere')]))).toMatchObject({ code: 'dataset_not_found' });
    expect(await refusal(openDataset([folder]))).toMatchObject({ code: 'dataset_not_found' });
    await write('any.csv', tableOf());
    await write('dataset.yaml', 'lable: outcome\n');
    expect(await refusal(openDataset([folder]))).toMatchObject({ code: 'dataset_roles_file' });
  });

  test('files of several kinds, and half a kind, are refused', async () => {
    const schedule = 'Project Schedules,Construction Activity Data,Schedule Adherence\n1,2,0\n';
    const tracking = 'project_code,period,status_date,activity_id,planned_pct,pct_complete,final_delayed\n';
    await write('a.csv', schedule);
    const path = await write('b.csv', tracking);
    expect(await refusal(openDataset([folder]))).toMatchObject({ code: 'dataset_mixed' });
    expect(await refusal(openDataset([path]))).toMatchObject({ code: 'dataset_incomplete', field: 'activities' });
  });
});

test('a known input is recognised by its columns in any order and under any name; strangers beside it are listed', async () => {
  const rows = Array.from({ length: 60 }, (_, row) => `${row % 2},${row},${(row * 7) % 10}`);
  await write('notes.csv', ['Schedule Adherence,Project Schedules ,Construction Activity Data', ...rows].join('\n'));
  await write('nyc-sca.csv', 'to do\nread this\n');
  const dataset = await openDataset([folder]);
  expect(dataset).toMatchObject({ reader: 'schedule-management', split: 'stratified', counts: { kept: 60 } });
  expect(dataset.sources.map(({ name }) => name)).toEqual(['notes.csv']);
  expect(dataset.rejected).toMatchObject([{ source: 'nyc-sca.csv', line: 0, code: 'file_not_recognised' }]);
});
