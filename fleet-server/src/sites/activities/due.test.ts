import { afterAll, expect, it } from 'vitest';
import { createVirtualClock } from '@plumbline/shared/testing';
import { openDatabase, siteLog } from '../../platform/db/index.ts';
import { listDue } from './due.ts';

const database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
afterAll(() => database.close());

let cursor = 0;
async function write(site: string, activity: string, field: 'plan' | 'outcome', value: object, base: string | null) {
  cursor += 1;
  const entry = {
    id: `entry-${String(cursor).padStart(4, '0')}`,
    activity,
    base,
    actor: 'ana',
    at: cursor,
    field,
    value,
  };
  const { id, at } = entry;
  await database.transaction((tx) =>
    tx.insert(siteLog).values({ site, cursor, id, activity, field, at, entry: JSON.stringify(entry) }),
  );
  return id;
}
const plan = (dueAt: number) => ({ startAt: 0, dueAt, values: {} });

const due = async (from: number, to: number) =>
  (await listDue(database.db, { from, to })).map((one) => `${one.site} ${one.activity} ${one.dueAt}`).toSorted();

it('lists what falls due by the plan in force and has not ended, site by site', async () => {
  const first = await write('north', 'A-1', 'plan', plan(100), null);
  await write('north', 'A-1', 'plan', plan(250), first);
  await write('north', 'A-2', 'plan', plan(200), null);
  await write('north', 'A-2', 'outcome', { label: 1, observedAt: 150 }, null);
  await write('north', 'A-3', 'plan', plan(300), null);
  // The same name elsewhere is another activity.
  await write('south', 'A-2', 'plan', plan(200), null);
  await write('south', 'A-4', 'outcome', { label: 0, observedAt: 1 }, null);
  expect(await due(0, 300)).toEqual(['north A-1 250', 'south A-2 200']);
  expect(await due(250, 301)).toEqual(['north A-1 250', 'north A-3 300']);
  expect(await due(0, 200)).toEqual([]);
});
