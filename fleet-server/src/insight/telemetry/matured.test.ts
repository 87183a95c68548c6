import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createVirtualClock } from '@plumbline/shared/testing';
import type { PredictionRow } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../platform/db/index.ts';
import { appendEntries } from '../../sites/activities/index.ts';
import { createIngest, listMatured, type Ingest } from './index.ts';

const DUE = 1000;
const SHA256 = 'ab'.repeat(32);

let database: Database;
let ingest: Ingest;
let entries = 0;
let seqs: Record<string, number>;

beforeEach(async () => {
  const clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  ingest = createIngest({ database, now: clock.now });
  seqs = {};
});
afterEach(async () => {
  await ingest.close();
  await database.close();
});

type Value = Pick<SiteLogEntry, 'field' | 'value'>;
/** @returns the id, for whatever replaces it */
async function log(activity: string, said: Value, { site = 'north', at = 0, base = null as string | null } = {}) {
  const id = `site-entry-${(entries += 1)}`;
  const entry = { id, activity, base, actor: 'ana', at, ...said } as SiteLogEntry;
  await database.transaction((tx) => appendEntries(tx, site, [entry]));
  return id;
}
const plan = (activity: string, dueAt = DUE, site?: string) =>
  log(
    activity,
    { field: 'plan', value: { startAt: 0, dueAt, values: { trade: 'concrete' } } },
    { ...(site && { site }) },
  );
const outcome = (activity: string, observedAt: number, label: 0 | 1 = 1, more: { site?: string; base?: string } = {}) =>
  log(activity, { field: 'outcome', value: { label, observedAt } }, { at: observedAt, ...more });

async function say(
  activity: string,
  at: number,
  more: Partial<PredictionRow> & { device?: string; site?: string } = {},
) {
  const { device = 'gw-1', site = 'north', ...changed } = more;
  const seq = (seqs[device] = (seqs[device] ?? 0) + 1);
  const said = {
    kind: 'prediction',
    line: 'delay',
    version: '1.0.0',
    sha256: SHA256,
    asOf: at,
    at,
    score: 0.5,
  } as const;
  const row: PredictionRow = { ...said, activity, ...changed };
  const batch = {
    stream: `stream-of-${device}`,
    class: 'predictions' as const,
    rows: [[seq, row] as [number, unknown]],
  };
  await ingest.take({ site, device, batch });
}
const matured = (range: Partial<Parameters<typeof listMatured>[2]> = {}) =>
  listMatured(database.db, 'delay', { from: 0, to: 2000, ...range });
const scores = async (range?: Parameters<typeof matured>[0]) =>
  (await matured(range)).map(({ score }) => score).toSorted();

describe('predictions that have matured', () => {
  it('carry what was said, what happened, and the values of the plan', async () => {
    await plan('slab');
    await outcome('slab', 900);
    await say('slab', 500, { score: 0.7 });
    expect(await matured()).toEqual([
      {
        device: 'gw-1',
        site: 'north',
        version: '1.0.0',
        sha256: SHA256,
        activity: 'slab',
        asOf: 500,
        score: 0.7,
        label: 1,
        dueAt: DUE,
        values: { trade: 'concrete' },
      },
    ]);
  });

  it('are the first of each version, if it was said before the outcome could be known', async () => {
    await plan('slab');
    await outcome('slab', 900);
    await say('slab', 500, { score: 0.1 });
    await say('slab', 600, { score: 0.2 });
    await say('slab', 700, { score: 0.3, version: '1.1.0' });
    await say('slab', 900, { score: 0.9 });
    await say('slab', 950, { score: 0.9, asOf: 600 });
    await say('slab', 900, { score: 0.8, version: '1.2.0' });
    expect(await scores()).toEqual([0.1, 0.3]);
  });

  it('are none while two people say different things of the outcome', async () => {
    await plan('slab');
    await say('slab', 500);
    await outcome('slab', 900, 1);
    expect(await scores()).toEqual([0.5]);
    await outcome('slab', 910, 0);
    expect(await scores()).toEqual([]);
  });

  it.each<[string, number, number, number[]]>([
    ['that fell due in the time', 0, 1001, [0.5]],
    ['that falls due at its end, and ended before', 0, 1000, []],
    ['that fell due before it', 1001, 2000, []],
  ])('are of activities that fell due in the time: one %s', async (_what, from, to, wanted) => {
    await plan('slab');
    await outcome('slab', 900);
    await say('slab', 500);
    expect(await scores({ from, to })).toEqual(wanted);
  });

  it('need an outcome and a plan', async () => {
    await plan('open');
    await say('open', 500);
    await outcome('unplanned', 900);
    await say('unplanned', 500);
    expect(await matured()).toEqual([]);
  });

  it('were made since, when that is asked', async () => {
    await plan('slab');
    await outcome('slab', 900);
    await say('slab', 500, { score: 0.1 });
    await say('slab', 600, { score: 0.2, version: '1.1.0' });
    expect(await scores({ madeFrom: 550 })).toEqual([0.2]);
  });

  it('go by the corrected label, and by the time the outcome was first known', async () => {
    await plan('slab');
    const first = await outcome('slab', 600, 1);
    await outcome('slab', 900, 0, { base: first });
    await say('slab', 500, { score: 0.1 });
    await say('slab', 700, { score: 0.9 });
    expect(await matured()).toMatchObject([{ score: 0.1, label: 0 }]);
  });

  it('tell sites and lines apart', async () => {
    for (const site of ['north', 'south']) await plan('slab', DUE, site);
    await outcome('slab', 900, 1, { site: 'north' });
    await say('slab', 500, { score: 0.1 });
    await say('slab', 500, { score: 0.2, device: 'gw-2', site: 'south' });
    await say('slab', 510, { score: 0.3, line: 'cost' });
    expect(await scores()).toEqual([0.1]);
  });
});
