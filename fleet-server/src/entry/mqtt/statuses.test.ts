import { createVirtualClock } from '@plumbline/shared/testing';
import type { DeviceStatus } from '@plumbline/shared/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { devices, openDatabase, type Database } from '../../platform/db/index.ts';
import { createStatuses, type Statuses } from './statuses.ts';

const clock = createVirtualClock();
let database: Database;
let isFull: boolean;
let statuses: Statuses;

const birth = (session: number, nonce: string): DeviceStatus => ({
  status: 'birth',
  session,
  nonce,
  at: 1,
});
const connection = async () => (await database.db.select().from(devices))[0]?.connection;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  await database.transaction(async (tx) => {
    await tx.insert(devices).values({
      id: 'gw-1',
      site: 'north',
      profile: 'p',
      publicKey: '{}',
      keyId: 'k',
      agent: '1.0.0',
      tags: '[]',
      reportCounter: 0,
      assignedSeq: 0,
      enrolledAt: 0,
    });
  });
  isFull = false;
  const failing: Database = {
    ...database,
    transaction: (work) => (isFull ? Promise.reject(new Error('the disk is full')) : database.transaction(work)),
  };
  statuses = createStatuses({ database: failing, now: clock.now });
});
afterEach(() => database.close());

it('a birth that the database could not take is taken before the next report', async () => {
  isFull = true;
  await expect(statuses.take('gw-1', birth(1, 'first'))).rejects.toThrow('full');
  await expect(statuses.catchUp('gw-1')).rejects.toThrow('full');
  isFull = false;
  await statuses.catchUp('gw-1');
  expect(await connection()).toBe('first');
});

it('the death of the connection before takes no birth with it that still waits', async () => {
  await statuses.take('gw-1', birth(1, 'first'));
  isFull = true;
  await expect(statuses.take('gw-1', birth(2, 'second'))).rejects.toThrow('full');
  isFull = false;
  await statuses.take('gw-1', { status: 'death', nonce: 'first', at: 2 });
  expect(await connection()).toBe('second');
});

it('what came later stands, and nothing is taken twice', async () => {
  isFull = true;
  await expect(statuses.take('gw-1', birth(1, 'first'))).rejects.toThrow('full');
  isFull = false;
  await statuses.take('gw-1', birth(2, 'second'));
  await statuses.catchUp('gw-1');
  expect(await connection()).toBe('second');
});

it('what is refused for good is not tried again', async () => {
  await statuses.take('gw-1', birth(2, 'second'));
  await expect(statuses.take('gw-1', birth(1, 'copy'))).rejects.toMatchObject({ code: 'device_cloned' });
  await statuses.catchUp('gw-1');
});
