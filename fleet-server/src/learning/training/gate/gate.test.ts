import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../datasets/dataset.ts';
import { datasetOf, featureOf, generateDataset } from '../generated-dataset.ts';
import { train } from '../train.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { type Grid } from '../../learners/index.ts';
import { qualityGate } from './gate.ts';

async function judge(dataset: Dataset, seed: number, grid: Partial<Grid> = {}, workers = 0) {
  const result = await train(dataset, { seed, grid, workers });
  return qualityGate(result, dataset, { seed, workers });
}

const logisticOnly: Partial<Grid> = { logistic: [{ c: 0.1 }, { c: 1 }], boosting: [] };
const root = resolve(import.meta.dirname, '../../../../..');
const shared = resolve(root, process.env['PLUMBLINE_SHARED'] ?? '../shared');
const table = join(shared, 'data/schedule-management/schedule_management.csv');
const absent = !existsSync(table);
const title = absent ? ' (skipped: the shared data is absent, set PLUMBLINE_SHARED)' : '';

it('has the shared data where it is required', () => {
  expect(absent && process.env['PLUMBLINE_REQUIRE_SHARED'] === '1').toBe(false);
});

describe.skipIf(absent)(`the quality gate on the negative control${title}`, () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('refuses every model (seed %d)', async (seed) => {
    const { verdict, reasons } = await judge(negativeControl(), seed);
    expect(verdict).toBe('refuse');
    expect(reasons.map(({ code }) => code)).toContain('not_better_than_base_rate');
    expect(reasons.map(({ code }) => code)).toContain('not_better_than_chance');
  });
});

describe('the quality gate', () => {
  it('refuses 3,000 rows of noise', async () => {
    const dataset = generateDataset({ seed: 1, rows: 3000, signal: 0 });
    const { verdict, figures } = await judge(dataset, 1, {
      boosting: [{ trees: 20, rate: 0.1, leaves: 15, minRows: 20 }],
    });
    expect(verdict).toBe('refuse');
    expect(figures.rows).toBe(3000);
  });

  it('passes 150 rows of real signal for nine seeds of ten or more, and tells all its figures', async () => {
    const verdicts = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((seed) =>
        judge(generateDataset({ seed, rows: 150, signal: 0.9 }), seed, logisticOnly),
      ),
    );
    expect(verdicts.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThanOrEqual(9);
    const { figures } = verdicts.find(({ verdict }) => verdict === 'pass')!;
    expect(figures).toMatchObject({ rows: 150, clusters: 150, chance: { method: 'counted', draws: 99 } });
    expect(figures.brier).toBeLessThan(figures.brierOfBaseRate);
  });

  it('lets noise of 60 to 100 rows through hardly ever', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, seed) =>
        judge(generateDataset({ seed: 100 + seed, rows: 60 + (seed % 41), signal: 0 }), seed, logisticOnly),
      ),
    );
    expect(verdicts.filter(({ verdict }) => verdict === 'pass').length).toBeLessThanOrEqual(2);
  });

  it('refuses what only tells groups apart, however many rows a group has', async () => {
    const { features, examples } = generateDataset({ seed: 2, rows: 400, signal: 0, groups: 8 });
    const byGroup = examples.map((example): Example => {
      const number = Number(example.group.slice(1));
      return { ...example, label: number < 4 ? 1 : 0, values: { ...example.values, n0: number % 4 } };
    });
    const { verdict, figures } = await judge(datasetOf(byGroup, features, 'group'), 1, logisticOnly);
    expect(figures.clusters).toBe(8);
    expect(verdict).toBe('refuse');
  });

  it('decides the same whatever the number of workers', async () => {
    const dataset = generateDataset({ seed: 3, rows: 120, signal: 0.3 });
    expect(await judge(dataset, 1, logisticOnly, 2)).toEqual(await judge(dataset, 1, logisticOnly, 0));
  });

  it('refuses a result of another dataset version', async () => {
    const dataset = generateDataset({ seed: 4, rows: 60, signal: 1 });
    const result = await train(dataset, { seed: 1, grid: logisticOnly, workers: 0 });
    const other = { ...dataset, version: 'v2' };
    await expect(qualityGate(result, other, { seed: 1 })).rejects.toMatchObject({ code: 'wrong_dataset' });
  });
});

function negativeControl(): Dataset {
  const lines = readFileSync(table, 'utf8').trim().split('\n').slice(1);
  const examples = lines.map((line, row): Example => {
    const [schedule, activity, label] = line.split(',').map(Number);
    const times = { startAt: 0, dueAt: 0, knownAt: 0 };
    const values = { schedule: schedule!, activity: activity! };
    return { ref: `a${row}`, site: 's', group: `g${row}`, ...times, label: label === 1 ? 1 : 0, values };
  });
  return datasetOf(examples, [featureOf('schedule'), featureOf('activity')], 'stratified');
}
