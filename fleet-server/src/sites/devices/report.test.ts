import type { DeviceReport } from '@plumbline/shared/wire';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { devices, openDatabase, outboxEvents, type Database } from '../../platform/db/index.ts';
import { getDevice, recordReport, recordStatus } from './index.ts';

const clock = createVirtualClock();
let database: Database;
let deps: { database: Database; now: () => number };

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { database, now: clock.now };
  await database.transaction((tx) =>
    tx.insert(devices).values({
      id: 'gw-1',
      site: 'north',
      profile: 'linux-x64-dev',
      agent: '0.1.0',
      publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
      keyId: 'ab'.repeat(32),
      tags: '[]',
      enrolledAt: clock.now(),
      lastSeenAt: null,
      connection: null,
      report: null,
      reportNonce: null,
      reportCounter: 0,
      assignedSeq: 0,
    }),
  );
});
afterEach(() => database.close());

const device = () => getDevice(database.db, 'gw-1');
const status = (word: 'birth' | 'death', nonce: string) =>
  recordStatus(deps, 'gw-1', { status: word, nonce, at: clock.now() });
const reportOf = (nonce: string, counter: number, agent = '0.1.0'): DeviceReport => ({
  v: 1,
  agent,
  profile: 'linux-x64-dev',
  nonce,
  counter,
  at: clock.now(),
  assignmentSeq: 0,
  models: [],
  outbox: {},
});
const report = (nonce: string, counter: number, agent?: string) =>
  recordReport(deps, 'gw-1', reportOf(nonce, counter, agent));

describe('the status of a device', () => {
  it('is online from its birth to its death', async () => {
    await status('birth', 'first-nonce');
    expect(await device()).toMatchObject({ online: true, lastSeenAt: clock.now() });
    await status('death', 'first-nonce');
    expect((await device()).online).toBe(false);
  });

  it('is not changed by the late will of a connection before', async () => {
    await status('birth', 'first-nonce');
    await status('birth', 'other-nonce');
    await status('death', 'first-nonce');
    expect((await device()).online).toBe(true);
  });

  it('was last seen alive: the broker telling a death is no sign of life', async () => {
    await status('birth', 'first-nonce');
    const seen = clock.now();
    await clock.advance(90_000);
    await status('death', 'first-nonce');
    expect((await device()).lastSeenAt).toBe(seen);
  });

  it('of a device that nobody enrolled is dropped', async () => {
    await recordStatus(deps, 'gw-9', { status: 'birth', nonce: 'first-nonce', at: 1 });
    expect(await database.db.select().from(devices)).toHaveLength(1);
  });
});

describe('the report of a device', () => {
  it('is kept whole, and told to whoever listens', async () => {
    await report('first-nonce', 1, '0.2.0');
    expect(await device()).toMatchObject({
      report: reportOf('first-nonce', 1, '0.2.0'),
      agent: '0.2.0',
      lastSeenAt: clock.now(),
    });
    const [event] = await database.db.select().from(outboxEvents);
    expect(JSON.parse(event?.body ?? '')).toEqual({ type: 'device.reported', site: 'north', device: 'gw-1' });
  });

  it.each([1, 2])('that comes again, or came before (%i after 2), is refused and audited', async (counter) => {
    await report('first-nonce', 2);
    const before = await device();
    await clock.advance(1);
    await expect(report('first-nonce', counter, '6.6.6')).rejects.toMatchObject({
      code: 'report_replayed',
      kind: 'refused',
      field: 'counter',
    });
    expect(await device()).toEqual(before);
    const [row] = (await list(database.db)).rows;
    expect(row).toMatchObject({ action: 'devices.report-replayed', details: { nonce: 'first-nonce', counter } });
    expect(await database.db.select().from(outboxEvents)).toHaveLength(1);
  });

  it('may leave out numbers, and starts over with a new connection', async () => {
    await report('first-nonce', 1);
    await report('first-nonce', 7);
    await report('other-nonce', 1);
    expect((await device()).report).toMatchObject({ nonce: 'other-nonce', counter: 1 });
  });

  it('of a device that nobody enrolled is refused', async () => {
    await expect(recordReport(deps, 'gw-9', reportOf('first-nonce', 1))).rejects.toMatchObject({
      code: 'device_unknown',
    });
  });
});
