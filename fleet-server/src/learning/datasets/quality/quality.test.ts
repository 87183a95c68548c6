import { describe, expect, test } from 'vitest';
import { datasetVersion } from '../version.ts';
import { assessQuality, describeQuality } from './index.ts';
import type { Dataset, Example, SplitRule } from '../dataset.ts';
import type { FeatureValue } from '@plumbline/shared/manifest';

const DAY_MS = 86_400_000;

/** A linear congruential generator: enough for noise, and the same everywhere. */
function unitsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

type Change = (example: Example, row: number) => Example;

/** Four numbers, three categories and labels that have nothing to do with each other; a row starts every day. */
function noise({
  seed = 1,
  rows = 400,
  split = 'stratified' as SplitRule,
  change = ((one) => one) as Change,
} = {}): Dataset {
  const unit = unitsOf(seed);
  const pick = (levels: number) => `level-${Math.floor(unit() * levels)}`;
  const examples = Array.from({ length: rows }, (_, row): Example => {
    const values: Record<string, FeatureValue> = { trade: pick(3), crew: pick(12), zone: pick(40) };
    for (const name of ['a', 'b', 'c', 'd']) values[name] = unit() < 0.05 ? null : unit() + unit() + unit();
    const startAt = row * DAY_MS;
    const dueAt = startAt + 30 * DAY_MS;
    return change(
      {
        ref: `r${row}`,
        site: `s${row % 4}`,
        group: `r${row}`,
        startAt,
        dueAt,
        knownAt: dueAt,
        label: unit() < 0.4 ? 1 : 0,
        values,
      },
      row,
    );
  });
  return withRows(examples, split);
}

function withRows(examples: Example[], split: SplitRule): Dataset {
  const names = Object.keys(examples[0]!.values);
  const features = names.map((name) => ({
    name,
    type: examples.some(({ values }) => typeof values[name] === 'string') ? ('category' as const) : ('number' as const),
    missing: 'accept' as const,
    from: { column: name },
  }));
  const made = { features, target: 'late', split, examples };
  const about = { name: 'made', reader: 'table', sources: [], rejected: [], counts: { kept: examples.length } };
  return { ...about, ...made, version: datasetVersion(made) };
}

const withValue =
  (name: string, valueOf: (example: Example, row: number) => FeatureValue): Change =>
  (example, row) => ({ ...example, values: { ...example.values, [name]: valueOf(example, row) } });

const found = (dataset: Dataset) =>
  assessQuality(dataset).findings.map(({ code, severity, field }) => `${severity} ${code} ${field}`);

describe('noise', () => {
  test.each(['stratified', 'group', 'time'] as const)(
    'of 40 sets split by %s raises no refusal and hardly a warning',
    (split) => {
      const raised = Array.from({ length: 40 }, (_, seed) =>
        assessQuality(noise({ seed: seed + 1, rows: 150, split })),
      );
      const severe = raised.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'note'));
      expect(severe.filter(({ severity }) => severity === 'refuse')).toEqual([]);
      expect(severe.map(({ code }) => code).length).toBeLessThanOrEqual(1);
    },
  );
});

const label = ({ label: value }: Example) => value;

describe('a leak is named', () => {
  test.each<[string, Change, string]>([
    ['a copy of the label', withValue('done', (one) => label(one)), 'refuse leak_separates done'],
    ['its words', withValue('done', (one) => (label(one) ? 'claim' : 'none')), 'refuse leak_separates done'],
    [
      'a number above a limit',
      withValue('cost', (one, row) => label(one) * 100 + (row % 97)),
      'refuse leak_separates cost',
    ],
    [
      'the same, turned',
      withValue('cost', (one, row) => -(label(one) * 100 + (row % 97))),
      'refuse leak_separates cost',
    ],
    [
      'a number far from the middle',
      withValue('cost', (one, row) => (label(one) ? (row % 2 ? 1 : -1) * 60 : 0) + (row % 50)),
      'warn leak_separates cost',
    ],
    [
      'one that errs in a row of a hundred',
      withValue('cost', (one, row) => (row % 100 === 0 ? 50 : label(one) * 100 + (row % 97))),
      'warn leak_separates cost',
    ],
    [
      'a column that is filled for one class only',
      withValue('claim', (one, row) => (label(one) ? (row * 7) % 11 : null)),
      'warn leak_filled_for_one_class claim',
    ],
    ['a telling name', withValue('Actual duration', (_, row) => (row * 7) % 53), 'warn leak_name Actual duration'],
    ['the same in one word', withValue('actualCost', (_, row) => (row * 7) % 53), 'warn leak_name actualCost'],
  ])('%s', (_what, change, finding) => {
    expect(found(noise({ change }))).toContain(finding);
  });

  test.each<[string, Change]>([
    ['a strong but honest column', withValue('size', (one, row) => label(one) * 40 + ((row * 37) % 100))],
    ['a category with a level for every row', withValue('code', (_, row) => `c${row}`)],
    ['a column filled now and then', withValue('note', (_, row) => (row % 3 ? null : (row * 7) % 11))],
  ])('and %s is none', (_what, change) => {
    expect(found(noise({ change })).filter((one) => / leak_/.test(one))).toEqual([]);
  });
});

const later: Change = (one, row) => ({
  ...one,
  ref: `${one.ref}-again`,
  group: `again-${row}`,
  dueAt: one.knownAt + DAY_MS,
});
const sameGroup: Change = (one) => ({ ...one, ref: `${one.ref}-again` });
const overlapping: Change = (one) => ({ ...one, ref: `${one.ref}-again`, dueAt: one.dueAt - DAY_MS });

const moved: Change = (one, row) => ({
  ...later(one, row),
  values: { ...one.values, a: Number(one.values['a']) + 1e-4 },
});

const copied = (split: SplitRule, change: Change) => {
  const { examples } = noise({ split });
  return withRows([...examples, ...[20, 180].map((row) => change(examples[row]!, row))], split);
};

describe('duplicates across folds', () => {
  test.each(['stratified', 'group', 'time'] as const)('are named by their rows where the rule is %s', (split) => {
    const { findings } = assessQuality(copied(split, later));
    expect(findings.find(({ code }) => code === 'duplicates_across_folds')).toMatchObject({
      severity: 'warn',
      rows: ['r20', 'r20-again', 'r180', 'r180-again'],
    });
  });

  test('are found when a number differs by a hair', () => {
    const { findings } = assessQuality(copied('group', moved));
    expect(findings.find(({ code }) => code === 'near_duplicates_across_folds')).toMatchObject({
      severity: 'warn',
      rows: ['r20', 'r20-again', 'r180', 'r180-again'],
    });
  });

  test('do no harm within one group, nor where the later row was due before the first was known', () => {
    expect(found(copied('group', sameGroup)).filter((one) => /across/.test(one))).toEqual([]);
    expect(found(copied('time', overlapping)).filter((one) => /across/.test(one))).toEqual([]);
  });

  test('are expected of coarse columns, and then only noted', () => {
    const { examples } = noise({ rows: 300 });
    const coarse = examples.map((one) => ({
      ...one,
      values: { trade: one.values['trade']!, crew: one.values['crew']! },
    }));
    expect(found(withRows(coarse, 'stratified'))).toContain('note duplicates_across_folds examples');
  });
});

test.each<[string, { change?: Change; split?: SplitRule }, string]>([
  ['a constant column', { change: withValue('x', () => 1) }, 'warn column_constant x'],
  ['an empty column', { change: withValue('x', () => null) }, 'warn column_empty x'],
  [
    'a column missing in most rows',
    { change: withValue('x', (_, row) => (row % 5 ? null : row % 7)) },
    'warn missing_values x',
  ],
  ['a running number', { change: withValue('x', (_, row) => row + 1000) }, 'warn identifier x'],
  ['a name for every row', { change: withValue('x', (_, row) => `n${row}`) }, 'warn identifier x'],
  [
    'a value far out',
    { change: withValue('a', (one, row) => (row === 7 ? 1e6 : one.values['a']!)) },
    'note outliers a',
  ],
  ['a rare class', { change: (one, row) => ({ ...one, label: row % 80 ? 0 : 1 }) }, 'warn class_imbalance label'],
  [
    'a site of one class',
    { change: (one) => (one.site === 's1' ? { ...one, label: 1 } : one) },
    'note one_class_site site',
  ],
  [
    'groups that folds by class tear apart',
    { change: (one, row) => ({ ...one, group: `g${row % 50}` }) },
    'warn groups_across_folds group',
  ],
  [
    'quarters without rows',
    {
      split: 'time',
      change: (one, row) =>
        row < 200 ? one : { ...one, dueAt: one.dueAt + 300 * DAY_MS, knownAt: one.knownAt + 300 * DAY_MS },
    },
    'warn empty_window dueAt',
  ],
])('%s is named', (_what, { change, split }, finding) => {
  expect(found(noise({ ...(change ? { change } : {}), ...(split ? { split } : {}) }))).toContain(finding);
});

test('a recent cohort that is thinner than usual, and what was open, are said in words', () => {
  const { examples, ...about } = noise({ rows: 1200, split: 'time' });
  const last = examples.at(-1)!.dueAt;
  const thinned = examples.filter(({ dueAt }, row) => dueAt < last - 60 * DAY_MS || row % 5 === 0);
  const dataset: Dataset = {
    ...about,
    examples: thinned,
    censoring: { openRows: 12, overdueRows: 3, overdue: 'left-out', dataDate: Date.UTC(2024, 5, 30) },
  };
  const { findings } = assessQuality(dataset);
  expect(findings.find(({ code }) => code === 'recent_thinner')).toMatchObject({ severity: 'warn', field: 'dueAt' });
  const censored = findings.find(({ code }) => code === 'censored');
  expect(censored).toMatchObject({ severity: 'warn' });
  expect(censored?.sentence).toMatch(/12 rows were open and not due on 2024-06-30.*3 were due and not finished/);
});

test('columns are described, and the report can be read', () => {
  const report = assessQuality(noise({ rows: 101, change: withValue('x', (_, row) => row * 2) }));
  expect(report.columns.find(({ name }) => name === 'x')).toMatchObject({
    missing: 0,
    distinct: 101,
    mean: 100,
    quantiles: [0, 10, 50, 100, 150, 190, 200],
  });
  expect(report.columns.find(({ name }) => name === 'trade')?.top?.[0]?.rows).toBeGreaterThan(25);
  expect(describeQuality(report)).toMatch(/101 rows, .* late[\s\S]*findings: 0 that refuse[\s\S]*column +type/);
});
