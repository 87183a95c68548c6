import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { codeOf } from '@plumbline/shared/errors';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArtifactFiles } from '../../../platform/adapters/index.ts';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import {
  datasetHistory,
  datasetPage,
  datasetVersion,
  describeDataset,
  diffDatasets,
  exportDataset,
  findDataset,
  loadDataset,
  openDataset,
  registerDataset,
  registerSplit,
  splitDataset,
  type Dataset,
  type DatasetDeps,
  type Example,
  type ExportFormat,
} from '../index.ts';

const DAY_MS = 86_400_000;
let folder: string;
let database: Database;
let deps: DatasetDeps;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
  const clock = createVirtualClock(1_000);
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { database, artifacts: await openArtifactFiles(join(folder, 'artifacts')), now: clock.now };
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

/** Values that are easily lost on the way through a file: quotes, blanks, `NA`, digits that are a name, hairs. */
function made(change: (one: Example, row: number) => Example = (one) => one, rows = 120): Dataset {
  const levels = ['1', 'NA', ' wide ', 'a "b", c', 'two\nlines', 'Fräser'];
  const examples = Array.from({ length: rows }, (_, row): Example => {
    const startAt = Date.UTC(2023, 0, 1) + row * DAY_MS + row;
    const dueAt = startAt + 20 * DAY_MS;
    return change(
      {
        ref: `r${row}`,
        site: `site ${row % 3}`,
        group: `g${row % 30}`,
        startAt,
        dueAt,
        knownAt: dueAt + 5 * DAY_MS,
        label: row % 3 === 0 ? 1 : 0,
        ...(row % 4 === 0 ? {} : { delayDays: row / 7 - 3 }),
        values: {
          size: row % 11 === 0 ? null : (row - 60) / 3e7,
          site: levels[row % levels.length]!,
          'as-of': row % 5 === 0 ? null : 1e21 + row,
        },
      },
      row,
    );
  });
  const whole = {
    features: [
      {
        name: 'size',
        type: 'number' as const,
        unit: 'd',
        missing: 'accept' as const,
        from: { column: 'planned size' },
      },
      { name: 'site', type: 'category' as const, missing: 'accept' as const, private: true, from: { column: 'site' } },
      { name: 'as-of', type: 'number' as const, missing: 'accept' as const, from: { derived: 'as-of-month@1' } },
    ],
    target: 'more than 30 days late',
    split: 'group' as const,
    examples,
  };
  const about = {
    name: 'made',
    reader: 'generated',
    sources: [{ name: 'a.csv', sha256: 'ab', rows }],
    rejected: [],
    counts: { kept: rows },
  };
  return { ...about, ...whole, version: datasetVersion(whole) };
}

test.each<ExportFormat>(['csv', 'ndjson', 'parquet'])(
  'a dataset taken out as %s and read again is the same version',
  async (format) => {
    const dataset = made();
    const path = join(folder, `out.${format}`);
    await writeFile(path, await exportDataset(dataset, format));
    await writeFile(`${path}.yaml`, await exportDataset(dataset, 'roles'));
    const again = await openDataset([path]);
    expect(diffDatasets(dataset, again)).toMatchObject({ rows: { unchanged: 120 }, changed: [], added: [], other: [] });
    expect(again).toMatchObject({ reader: 'table', version: dataset.version });
  },
);

test('what was read by roles and an expression makes the round trip, too', async () => {
  const lines = Array.from(
    { length: 80 },
    (_, row) => `${row % 9},${(row * 37) % 60},2024-03-${String((row % 28) + 1).padStart(2, '0')},s${row % 4}`,
  );
  await writeFile(join(folder, 'in.csv'), ['size,slip,begin,where', ...lines].join('\n'));
  const roles = { positive: 'slip > 30', delay: 'slip', time: 'begin', site: 'where' };
  const dataset = await openDataset([join(folder, 'in.csv')], { roles });
  expect(dataset).toMatchObject({ target: 'slip > 30', split: 'time', labelColumns: ['slip'] });
  expect(dataset.features.map(({ name }) => name)).toEqual(['size']);
  await writeFile(join(folder, 'out.csv'), await exportDataset(dataset, 'csv'));
  await writeFile(join(folder, 'out.csv.yaml'), await exportDataset(dataset, 'roles'));
  expect((await openDataset([join(folder, 'out.csv')])).version).toBe(dataset.version);
});

describe('a registered version', () => {
  test('is kept with its sources and quality, once, and under the name it had first', async () => {
    const first = await registerDataset(deps, 'ana', made());
    expect(first).toMatchObject({ name: 'made', fresh: true });
    expect(await registerDataset(deps, 'ben', { ...made(), name: 'other' })).toEqual({ ...first, fresh: false });
    const {
      datasets: [head, ...others],
      next,
    } = await datasetPage(database.db, { name: 'made' }, { limit: 1 });
    expect(next).toBe(null);
    expect(others).toEqual([]);
    expect(head).toMatchObject({ name: 'made', rows: 120, createdBy: 'ana', createdAt: 1_000, derivedFrom: [] });
    const shown = await describeDataset(database.db, await findDataset(database, `made@${first.version.slice(0, 8)}`));
    expect(shown.sources).toEqual([{ name: 'a.csv', sha256: 'ab', rows: 120 }]);
    expect(shown.quality).toMatchObject({ rows: 120, dataset: `made@${first.version}` });
    expect((await loadDataset(deps, `made@${first.version}`)).examples).toHaveLength(120);
  });

  test('names what it was made from, both ways', async () => {
    const { version } = await registerDataset(deps, 'ana', made());
    const split = await registerSplit(deps, 'ana', `made@${version}`, { by: 'group', share: 0.7, seed: 3 });
    expect(split).toMatchObject({ leftOut: 0, groupsOnBothSides: 0, train: { name: 'made.train' } });
    const [part] = await datasetHistory(database.db, 'made.train');
    const from = { dataset: `made@${version}`, operation: 'split by group, share 0.7, seed 3: train' };
    expect(part?.derivedFrom).toEqual([from]);
    const whole = await describeDataset(database.db, await findDataset(database, `made@${version}`));
    expect(whole.ledTo.map(({ dataset }) => dataset).toSorted()).toEqual(
      [`made.holdout@${split.holdout.version}`, `made.train@${split.train.version}`].toSorted(),
    );
  });

  test('that nobody registered is not found by name', async () => {
    await expect(datasetHistory(database.db, 'nothing')).rejects.toMatchObject({ code: 'dataset_unknown' });
  });
});

const late = (part: Dataset) => part.examples.filter(({ label }) => label === 1).length;

describe('a split', () => {
  test.each(['random', 'stratified', 'group'] as const)(
    'by %s keeps groups whole, near the share, whatever the order of the rows',
    (by) => {
      fc.assert(
        fc.property(fc.nat(1000), fc.constantFrom(0.5, 0.7, 0.8), fc.boolean(), (seed, share, turned) => {
          const dataset = made();
          const given = turned ? { ...dataset, examples: dataset.examples.toReversed() } : dataset;
          const split = splitDataset(given, { by, share, seed });
          expect(split.train.version).toBe(splitDataset(dataset, { by, share, seed }).train.version);
          expect(split).toMatchObject({ leftOut: 0, groupsOnBothSides: 0 });
          expect(Math.abs(split.train.examples.length / 120 - share)).toBeLessThan(0.06);
        }),
        { numRuns: 20 },
      );
    },
  );

  test('stratified keeps the share of late rows on both sides', () => {
    const { train, holdout } = splitDataset(
      made((one, row) => ({ ...one, group: one.ref, label: row < 24 ? 1 : 0 })),
      { by: 'stratified', share: 0.75 },
    );
    expect([late(train), late(holdout)]).toEqual([18, 6]);
  });

  test('over time learns from nothing that was known after the cut, and leaves out what was half known', () => {
    const { train, holdout, leftOut, cutAt } = splitDataset(made(), { by: 'time', share: 0.6 });
    expect(train.examples).toHaveLength(72);
    expect(Math.max(...train.examples.map(({ knownAt }) => knownAt))).toBe(cutAt);
    expect(Math.min(...holdout.examples.map(({ dueAt }) => dueAt))).toBeGreaterThanOrEqual(cutAt!);
    expect(leftOut).toBe(120 - 72 - holdout.examples.length);
    expect(leftOut).toBeGreaterThan(0);
  });

  test.each<[string, () => unknown, string]>([
    ['a share beyond its range', () => splitDataset(made(), { by: 'random', share: 1 }), 'split_option'],
    [
      'one group only',
      () =>
        splitDataset(
          made((one) => ({ ...one, group: 'g' })),
          { by: 'group', share: 0.5 },
        ),
      'split_empty',
    ],
    [
      'one class on the side that is learned from',
      () =>
        splitDataset(
          made((one, row) => ({ ...one, label: row < 90 ? 0 : 1 })),
          { by: 'time', share: 0.5 },
        ),
      'split_empty',
    ],
  ])('with %s is refused', (_what, split, code) => {
    let thrown: unknown;
    try {
      split();
    } catch (error) {
      thrown = error;
    }
    expect(codeOf(thrown)).toBe(code);
  });
});

test('two versions are compared by refs and columns', () => {
  const before = made();
  const [first, second, ...rest] = before.examples;
  const changed = { ...first!, label: 0 as const, values: { ...first!.values, size: 9 } };
  const after = {
    ...before,
    examples: [changed, ...rest, { ...second!, ref: 'new' }],
    features: before.features.slice(1),
  };
  expect(diffDatasets(before, after)).toMatchObject({
    same: true,
    rows: { added: 1, removed: 1, changed: 1, unchanged: 118 },
    added: ['new'],
    removed: ['r1'],
    changed: [{ ref: 'r0', fields: ['label', 'values.size'] }],
    columns: { added: [], removed: ['size'], changed: [] },
  });
});
