import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { appendEntries } from '../../../sites/activities/index.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { fleetDataset } from '../fleet/fleet-dataset.ts';
import { deriveFeatures } from './derive-features.ts';

const DAY_MS = 86_400_000;
const NAMES = ['planned-days@1', 'site-late-rate@1', 'trade-finished@1', 'replans-so-far@1'];
const base = deriveFeatures(generateDataset({ seed: 1, rows: 60, signal: 1 }), NAMES);
let database: Database;
let written = 0;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

const head = (activity: string, day: number) => {
  written += 1;
  return { id: `site-entry-${written}`, activity, base: null, actor: 'ana', at: day * DAY_MS };
};
const plan = (activity: string, day: number, start: number): SiteLogEntry => ({
  ...head(activity, day),
  field: 'plan',
  value: { startAt: start * DAY_MS, dueAt: (start + 8) * DAY_MS, values: { n0: 1, trade: 'roofing' } },
});
const outcome = (activity: string, day: number, label: 0 | 1): SiteLogEntry => ({
  ...head(activity, day),
  field: 'outcome',
  value: { label, observedAt: day * DAY_MS },
});
const write = (site: string, entries: SiteLogEntry[]) => database.transaction((tx) => appendEntries(tx, site, entries));

describe('the rows that sites add to a dataset with derived features', () => {
  it('carry what each site knew when its activity began, and rows of the base keep what they had', async () => {
    const north = [plan('A', 1, 10), outcome('A', 19, 1), plan('B', 1, 15), plan('B', 5, 20), outcome('B', 30, 0)];
    await write('north', north);
    await write('south', [plan('A', 1, 40), outcome('A', 50, 0)]);
    const dataset = await fleetDataset(database.db, base, 1000 * DAY_MS);
    const added = dataset.examples.filter(({ site }) => site !== 's1');
    const values = added.map(({ ref, values: own }) => [ref, ...NAMES.map((name) => own[name])]);
    expect(values.toSorted()).toEqual([
      ['A', 8, null, 0, 0],
      ['B', 8, 2 / 3, 1, 1],
      ['south/A', 8, null, 0, 0],
    ]);
    const kept = base.examples.filter(({ knownAt }) => knownAt < 1000 * DAY_MS);
    expect(dataset.examples.filter(({ site }) => site === 's1')).toEqual(kept);
  });
});
