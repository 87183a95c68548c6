import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataset, summary } from './index.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const data = resolve(repository, process.env['PLUMBLINE_SHARED'] ?? '../shared', 'data');
const absent = !existsSync(data);
const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

test.runIf(absent && process.env['PLUMBLINE_REQUIRE_SHARED'] === '1')(
  'the real data that this run requires is there',
  () => {
    expect.fail(`${data} is absent`);
  },
);

describe.skipIf(absent)(`real data${absent ? ` (skipped: ${data} is absent)` : ''}`, () => {
  test('two snapshots of New York phases give some 6 000 uncensored labels, 55 % late, in 32 districts', async () => {
    const dataset = await openDataset([resolve(data, 'nyc-sca')]);
    const { rowsIn, kept, overall, bySite } = summary(dataset);
    expect(dataset).toMatchObject({ reader: 'nyc-sca', split: 'time' });
    expect(total(dataset.counts)).toBe(rowsIn);
    expect(kept).toBeGreaterThan(5_500);
    expect(kept).toBeLessThan(6_200);
    expect(overall.baseRate).toBeCloseTo(0.55, 1);
    expect(Object.keys(bySite)).toHaveLength(32);
    expect(new Set(dataset.examples.map((example) => example.ref)).size).toBe(kept);
  });

  test('one snapshot alone works, and files in another order give the same version', async () => {
    const [early, late] = ['2024-10', '2026-01'].map((date) => resolve(data, `nyc-sca/snapshot-${date}.csv`)) as [
      string,
      string,
    ];
    const alone = await openDataset([early]);
    // The data of this file end on 30 June 2024: nothing due later can have a label.
    expect(Math.max(...alone.examples.map((example) => example.knownAt))).toBeLessThan(Date.UTC(2024, 5, 30));
    const versions = [await openDataset([early, late]), await openDataset([late, early])].map(({ version }) => version);
    expect(versions[0]).toBe(versions[1]);
    expect(versions[0]).not.toBe(alone.version);
  });

  test('DSLIB gives unfinished activities on status dates, split by project', async () => {
    const dataset = await openDataset([resolve(data, 'dslib')]);
    expect(dataset).toMatchObject({ reader: 'dslib-tracking', split: 'group' });
    expect(total(dataset.counts)).toBe(summary(dataset).rowsIn);
    expect(dataset.examples.every((example) => Number(example.values['complete_fraction']) < 1)).toBe(true);
    expect(dataset.examples.every((example) => example.knownAt >= example.startAt)).toBe(true);
    expect(dataset.features.map(({ name }) => name).filter((name) => /final|actual/.test(name))).toEqual([]);
  });

  test('schedules are tables of activities; one that nothing has ended in cannot become a dataset', async () => {
    for (const folder of ['p6-xer', 'msproject-xml']) {
      await expect(openDataset([resolve(data, folder)])).rejects.toMatchObject({ code: 'too_few_rows' });
    }
  });

  test('the negative control is recognised and read whole', async () => {
    const dataset = await openDataset([resolve(data, 'schedule-management')]);
    expect(dataset).toMatchObject({ reader: 'schedule-management', counts: { kept: 100 }, split: 'stratified' });
  });
});
