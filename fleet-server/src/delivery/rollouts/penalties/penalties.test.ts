import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { devicePenalties, openDatabase, outboxEvents, type Database } from '../../../platform/db/index.ts';
import { FAILURES, forgive, penalise, PENALTY_MS } from './penalise.ts';
import { listPenalties } from './penalties.ts';

const DEVICE = 'gw-1';
const FIRST = 1_000_000;
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

async function fail(times: number, at: number): Promise<void> {
  for (let failed = 0; failed < times; failed += 1) {
    await database.transaction((tx) => penalise(tx, { site: 'north', device: DEVICE, reason: 'crashed', at }));
  }
}
const prove = (at: number) => database.transaction((tx) => forgive(tx, DEVICE, at));
const failures = async () => (await database.db.select().from(devicePenalties)).map((row) => row.failures);
const boxed = async (at: number) => (await listPenalties(database.db, at)).map(({ device }) => device);
const told = async () =>
  (await database.db.select().from(outboxEvents)).filter(({ type }) => type === 'device.penalised').length;

describe('the penalty box', () => {
  it('takes a device at its third failure, for a day to the millisecond, and says so once', async () => {
    await fail(FAILURES - 1, FIRST);
    expect([await boxed(FIRST), await told()]).toEqual([[], 0]);
    await fail(1, FIRST);
    expect(await boxed(FIRST + PENALTY_MS - 1)).toEqual([DEVICE]);
    expect(await boxed(FIRST + PENALTY_MS)).toEqual([]);
    expect(await told()).toBe(1);
  });

  it('is not left by a proof before its time, and is after it', async () => {
    await fail(FAILURES, FIRST);
    await prove(FIRST + PENALTY_MS - 1);
    expect(await failures()).toEqual([FAILURES]);
    await prove(FIRST + PENALTY_MS);
    expect(await failures()).toEqual([]);
  });

  it('never hears of a device whose proof came in between', async () => {
    await fail(FAILURES - 1, FIRST);
    await prove(FIRST);
    expect(await failures()).toEqual([]);
    await fail(FAILURES - 1, FIRST);
    expect(await boxed(FIRST)).toEqual([]);
  });

  it('counts from one again when the day is over, and goes on counting within it', async () => {
    await fail(FAILURES, FIRST);
    await fail(1, FIRST + PENALTY_MS - 1);
    expect(await failures()).toEqual([FAILURES + 1]);
    const later = FIRST + 2 * PENALTY_MS;
    await fail(1, later);
    expect(await failures()).toEqual([1]);
    expect(await boxed(later)).toEqual([]);
  });
});
