import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { appendEntries } from '../../../sites/activities/index.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { fleetDataset } from './fleet-dataset.ts';

const DAY_MS = 86_400_000;
const AS_OF = 1000 * DAY_MS;
const base = generateDataset({ seed: 1, rows: 20, signal: 1 });
const values = { n0: 1, trade: 'roofing' };
let database: Database;
let written = 0;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

const head = (activity: string) => {
  written += 1;
  return { id: `site-entry-${written}`, activity, base: null, actor: 'ana', at: written };
};
const plan = (activity: string, group?: string): SiteLogEntry => ({
  ...head(activity),
  field: 'plan',
  value: { startAt: 500 * DAY_MS, dueAt: 510 * DAY_MS, values, ...(group === undefined ? {} : { group }) },
});
const outcome = (activity: string, observedAt: number, label: 0 | 1 = 1): SiteLogEntry => ({
  ...head(activity),
  field: 'outcome',
  value: { label, observedAt },
});
const write = (site: string, ...entries: SiteLogEntry[]) =>
  database.transaction((tx) => appendEntries(tx, site, entries));
const added = async (asOf = AS_OF) =>
  (await fleetDataset(database.db, base, asOf)).examples.filter(({ site }) => site !== 's1');

describe('the dataset of the fleet', () => {
  it('is the base as long as no site has said anything', async () => {
    const dataset = await fleetDataset(database.db, base, AS_OF);
    expect(dataset.examples).toEqual(base.examples);
  });

  it('takes an observed outcome with the plan that head office sent, group and site kept', async () => {
    await write('north', plan('A-1', 'building-7'), outcome('A-1', AS_OF - 1));
    expect(await added()).toEqual([
      {
        ref: 'A-1',
        site: 'north',
        group: 'building-7',
        startAt: 500 * DAY_MS,
        dueAt: 510 * DAY_MS,
        knownAt: AS_OF - 1,
        label: 1,
        values,
      },
    ]);
  });

  it('takes the days that an outcome names, for lines that answer days', async () => {
    const late = outcome('A-1', 1);
    await write('north', plan('A-1'), { ...late, value: { ...late.value, delayDays: 12.5 } } as SiteLogEntry);
    expect(await added()).toMatchObject([{ label: 1, delayDays: 12.5 }]);
  });

  it('lets an activity without a group stand for itself', async () => {
    await write('north', plan('A-1'), outcome('A-1', 1));
    expect(await added()).toMatchObject([{ group: 'A-1' }]);
  });

  it('uses nothing that was not known before its time', async () => {
    await write('north', plan('A-1'), plan('A-2'), plan('A-3'), outcome('A-1', AS_OF), outcome('A-2', AS_OF - 1));
    expect((await added()).map(({ ref }) => ref)).toEqual(['A-2']);
    expect((await added(AS_OF + 1)).map(({ ref }) => ref)).toEqual(['A-1', 'A-2']);
    const early = Math.min(...base.examples.map(({ knownAt }) => knownAt)) + 1;
    expect((await fleetDataset(database.db, base, early)).examples).toHaveLength(1);
  });

  it('does not take a row of the base twice, nor an outcome without a plan', async () => {
    const [first] = base.examples;
    await write('north', plan(first!.ref), outcome(first!.ref, 1), outcome('A-9', 1));
    expect(await added()).toEqual([]);
  });

  it('takes an outcome once, as it was last corrected in time', async () => {
    const first = outcome('A-1', 1, 1);
    const second = { ...outcome('A-1', 2, 0), base: first.id };
    await write('north', plan('A-1'), first, second, { ...outcome('A-1', AS_OF, 1), base: second.id });
    expect(await added()).toMatchObject([{ label: 0, knownAt: 2 }]);
  });

  it('leaves out what two people say differently until one of them corrects it, and says so', async () => {
    const [late, inTime] = [outcome('A-1', 1, 1), outcome('A-1', 2, 0)];
    await write('north', plan('A-1'), plan('A-2'), late, inTime, outcome('A-2', 1, 1), outcome('A-2', 2, 1));
    expect((await added()).map(({ ref }) => ref)).toEqual(['A-2']);
    const { findings } = await fleetDataset(database.db, base, AS_OF);
    expect(findings).toMatchObject([{ code: 'label_contradicted', rows: ['A-1'] }]);
    await write('north', { ...outcome('A-1', 3, 1), base: late.id }, { ...outcome('A-1', 3, 1), base: inTime.id });
    expect(await added()).toMatchObject([{ label: 1 }, { ref: 'A-2' }]);
  });

  it.each([
    ['of the fleet', { of: 'fleet', id: '' }, [['A-3', 'north']]],
    [
      'of a site',
      { of: 'site', id: 'north' },
      [
        ['A-2', 'south'],
        ['A-3', 'north'],
      ],
    ],
    [
      'of a device that is not known',
      { of: 'device', id: 'gone' },
      [
        ['A-1', 'north'],
        ['A-2', 'south'],
        ['A-3', 'north'],
      ],
    ],
  ] as const)('leaves out rows that stand under a fault %s, and says so', async (_what, scope, left) => {
    const later = plan('A-3');
    if (later.field === 'plan') later.value.startAt = 505 * DAY_MS;
    await write('north', plan('A-1'), later, outcome('A-1', 1), outcome('A-3', 1));
    await write('south', plan('A-2'), outcome('A-2', 1));
    const hold = { line: 'delay', feature: 'n0', scope, from: 500 * DAY_MS, to: 505 * DAY_MS, finding: 'f-1' };
    const { examples, findings = [] } = await fleetDataset(database.db, base, AS_OF, { holds: [hold] });
    const own = examples.filter(({ ref }) => ref.startsWith('A-')).map(({ ref, site }) => [ref, site]);
    expect(own.toSorted()).toEqual(left.map((one) => [...one]));
    const said = left.length === 3 ? [] : [{ code: 'rows_held', field: 'n0' }];
    expect(findings).toMatchObject(said);
  });

  it('has another version with every row it gains', async () => {
    const before = await fleetDataset(database.db, base, AS_OF);
    await write('north', plan('A-1'), outcome('A-1', 1));
    const after = await fleetDataset(database.db, base, AS_OF);
    expect(after.version).not.toBe(before.version);
    expect((await fleetDataset(database.db, base, AS_OF)).version).toBe(after.version);
  });
});
