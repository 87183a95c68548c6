import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordStatus } from '../index.ts';
import { createDeviceWorld, type DeviceWorld } from '../testing/device-world.ts';
import { createHourlyMarks, DAY_MS, dayOf, HOUR_MS, markSeen, prunePresence } from './mark-seen.ts';
import { presenceOf } from './presence-of.ts';

let world: DeviceWorld;

beforeEach(async () => {
  world = await createDeviceWorld();
});
afterEach(() => world.close());

const seen = (device: string, ...at: number[]) =>
  world.database.transaction(async (tx) => {
    for (const each of at) await markSeen(tx, device, each);
  });
const NOON = Date.UTC(2026, 4, 12, 12, 30);

describe('the presence of a device', () => {
  it('is a bit for each hour in which it was heard, however often', async () => {
    await seen('gw-1', NOON, NOON + 60_000, NOON + HOUR_MS, NOON - 12 * HOUR_MS, NOON + 11 * HOUR_MS);
    expect(await presenceOf(world.database.db, 'all', { from: 0 })).toEqual(
      new Map([['gw-1', [{ day: dayOf(NOON), hours: 1 | (1 << 12) | (1 << 13) | (1 << 23) }]]]),
    );
  });

  it('is told by day, oldest first, of the devices that are asked for and the days since', async () => {
    await seen('gw-1', NOON, NOON + DAY_MS, NOON - DAY_MS);
    await seen('gw-2', NOON);
    const found = await presenceOf(world.database.db, ['gw-1', 'gw-3'], { from: NOON });
    expect([...found]).toEqual([
      [
        'gw-1',
        [
          { day: dayOf(NOON), hours: 1 << 12 },
          { day: dayOf(NOON) + 1, hours: 1 << 12 },
        ],
      ],
    ]);
  });

  it('begins with a birth', async () => {
    await world.enrolled('gw-1');
    await recordStatus(world, 'gw-1', { status: 'birth', nonce: 'nonce-0001', session: 1, at: 0 });
    expect((await presenceOf(world.database.db, 'all', { from: 0 })).get('gw-1')).toHaveLength(1);
  });

  it('does not come from a death, which a broker tells long after', async () => {
    await world.enrolled('gw-1');
    await recordStatus(world, 'gw-1', { status: 'death', nonce: 'nonce-0001', at: 0 });
    expect(await presenceOf(world.database.db, 'all', { from: 0 })).toEqual(new Map());
  });

  it('is forgotten after 60 days', async () => {
    const now = world.now();
    await seen('gw-1', now, now - 60 * DAY_MS, now - 61 * DAY_MS);
    await prunePresence(world);
    const kept = await presenceOf(world.database.db, 'all', { from: 0 });
    expect(kept.get('gw-1')?.map(({ day }) => day)).toEqual([dayOf(now) - 60, dayOf(now)]);
  });
});

describe('marks by the hour', () => {
  it('are due once an hour for each device, and again when they were not made', () => {
    const marks = createHourlyMarks();
    expect(marks.due(['a', 'b', 'a'], NOON)).toEqual(['a', 'b']);
    marks.made(['a'], NOON);
    expect(marks.due(['a', 'b'], NOON + 1)).toEqual(['b']);
    marks.made(['b'], NOON + 1);
    expect(marks.due(['a', 'b'], NOON + 29 * 60_000)).toEqual([]);
    expect(marks.due(['a', 'b'], NOON + HOUR_MS)).toEqual(['a', 'b']);
  });

  it('are due again when the clock was set back', () => {
    const marks = createHourlyMarks();
    marks.made(['a'], NOON);
    expect(marks.due(['a'], NOON - HOUR_MS)).toEqual(['a']);
  });
});
