import { describe, expect, test } from 'vitest';
import { formatDay } from '../values/parse-date.ts';
import { COLUMNS } from './columns.ts';
import { inferDataDate } from './data-date.ts';
import { nycSca } from './nyc-sca.ts';
import { workOf } from './work.ts';
import type { DataFile } from '../files/data-file.ts';
import type { ColumnKey } from './columns.ts';

const header = Object.values(COLUMNS);
const BASE: Record<ColumnKey, string> = {
  district: '1',
  building: 'M015',
  school: 'P.S. 15',
  projectType: 'SCA CIP',
  description: 'ROOFS',
  phase: 'Design',
  status: 'Complete',
  start: '1/10/2023',
  plannedEnd: '6/1/2023',
  actualEnd: '6/1/2023',
  budget: '1000',
  finalEstimate: '1',
  spending: '1',
  dsfNumbers: 'DSF1',
};

/** A snapshot that holds the given rows and six others that ended on its data date, with a plan not yet due. */
function snapshot(dataDate: string, rows: Partial<Record<ColumnKey, string>>[], source = 'any.csv'): DataFile {
  const witnesses = Array.from({ length: 6 }, (_, place) => ({
    building: `Z00${place}`,
    plannedEnd: '1/1/2030',
    actualEnd: dataDate,
  }));
  const cells = [...rows, ...witnesses].map((row) =>
    Object.keys(BASE).map((key) => ({ ...BASE, ...row })[key as ColumnKey]),
  );
  return {
    source,
    sha256: '',
    header,
    rejected: [],
    rows: cells.map((cell, place) => ({ line: place + 2, cells: cell })),
  };
}

const read = (...files: DataFile[]) => nycSca.read(files, {});
const labelsOf = (...files: DataFile[]) => read(...files).examples.map((example) => example.label);

describe('the label', () => {
  const OPEN = { status: 'In-Progress', actualEnd: '' };
  test.each<[string, Partial<Record<ColumnKey, string>>, string, (0 | 1)[]]>([
    ['finished as planned: not late', {}, '12/31/2023', [0]],
    ['finished 30 days after: not late', { actualEnd: '7/1/2023' }, '12/31/2023', [0]],
    ['finished 31 days after: late', { actualEnd: '7/2/2023' }, '12/31/2023', [1]],
    ['still open when due: late', OPEN, '12/31/2023', [1]],
    ['open on the very day it is due: nobody knows', OPEN, '7/1/2023', []],
    [
      'finished early but not yet due: left out, or early ends would crowd the recent years',
      { actualEnd: '2/1/2023' },
      '6/15/2023',
      [],
    ],
  ])('%s', (_what, row, dataDate, labels) => {
    expect(labelsOf(snapshot(dataDate, [row]))).toEqual(labels);
  });

  test('may be used from 30 days after the planned end', () => {
    const [example] = read(snapshot('12/31/2023', [{}])).examples;
    expect([formatDay(example!.startAt), formatDay(example!.dueAt), formatDay(example!.knownAt)]).toEqual([
      '2023-01-10',
      '2023-06-01',
      '2023-07-01',
    ]);
  });
});

describe('several rows and snapshots of one phase', () => {
  test('rows of one snapshot add their budgets, and the phase has ended when all have', () => {
    const rows = [
      { budget: '1000' },
      { budget: '500', dsfNumbers: 'DSF2, DSF3', actualEnd: '9/1/2023' },
      { budget: '1000' },
    ];
    const { examples, counts } = read(snapshot('12/31/2023', rows));
    expect(examples).toHaveLength(1);
    expect(examples[0]).toMatchObject({ label: 1, values: { budget: 1500, dsf_groups: 3 } });
    expect(counts).toEqual({ kept: 1, merged: 2, not_yet_due: 6 });
  });

  test('the earliest plan counts, the latest end counts, and the order of the files does not', () => {
    const early = snapshot('5/1/2023', [{ status: 'In-Progress', actualEnd: '', budget: '700' }], 'z.csv');
    const late = snapshot('12/31/2023', [{ plannedEnd: '10/1/2023', actualEnd: '9/15/2023', budget: '900' }], 'a.csv');
    const { examples } = read(early, late);
    expect(examples).toHaveLength(1);
    expect(examples[0]).toMatchObject({ label: 1, dueAt: Date.UTC(2023, 5, 1), values: { budget: 700 } });
    expect(read(late, early).examples).toEqual(examples);
  });
});

test.each<[string, Partial<Record<ColumnKey, string>>]>([
  ['phase_not_started', { start: 'PNS', plannedEnd: 'PNS' }],
  ['start_is_code', { start: 'FTK' }],
  ['planned_end_is_code', { plannedEnd: 'IEH' }],
  ['planned_end_is_code', { plannedEnd: '13/45/2023' }],
  ['actual_end_is_code', { actualEnd: 'DOES' }],
  ['planned_end_not_after_start', { plannedEnd: '1/10/2023' }],
  ['ended_before_start', { actualEnd: '1/9/2023' }],
  ['complete_without_end', { actualEnd: '' }],
  ['actual_date_in_future', { actualEnd: '6/1/2203' }],
  ['district_missing', { district: ' ' }],
])('a row is rejected as %s', (code, row) => {
  const { examples, rejected, counts } = read(snapshot('12/31/2023', [row]));
  expect(examples).toEqual([]);
  expect(rejected).toMatchObject([{ source: 'any.csv', line: 2, code }]);
  expect(counts).toEqual({ [code]: 1, not_yet_due: 6 });
});

test('a code in the budget makes it missing and is counted', () => {
  const { examples, missingValues } = read(snapshot('12/31/2023', [{ budget: 'DOER' }]));
  expect(examples[0]?.values['budget']).toBeNull();
  expect(missingValues).toEqual({ budget_is_code: 1 });
});

test('no feature is a leak: outcome columns may hold anything without changing a value', () => {
  const plain = read(snapshot('12/31/2023', [{}])).examples[0]?.values;
  const told = { finalEstimate: '999999', spending: '888888', actualEnd: '11/1/2023' };
  expect(read(snapshot('12/31/2023', [told])).examples[0]?.values).toEqual(plain);
});

test('the data date is the last day that others stand near, not a mistyped year', () => {
  const days = Array.from({ length: 300 }, (_, day) => Date.UTC(2024, 0, day));
  expect(inferDataDate([...days, Date.UTC(2042, 0, 1)])).toBe(days.at(-1));
  expect(inferDataDate([])).toBeNull();
});

test('the snapshots of any date are recognised by their columns, a table that lacks one is not', () => {
  expect(nycSca.recognise(header)).toBe(1);
  expect(nycSca.recognise(header.toReversed())).toBe(1);
  expect(nycSca.recognise(header.filter((name) => name !== COLUMNS.plannedEnd))).toBe(0);
});

test.each([
  ['PLANYC BOILER CONVERSION / PLANYC CLIMATE CONTROL', 'boiler'],
  ['FLOOD ELIMINATION / ROOFS / PARAPETS', 'water'],
  ['FY24 RESO A LIBRARY UPGRADE', 'library'],
  ['Fire alarm replacement', 'fire-alarm'],
  ['SOMETHING NEW', 'other'],
])('%s is work on %s', (description, work) => {
  expect(workOf(description)).toBe(work);
});
