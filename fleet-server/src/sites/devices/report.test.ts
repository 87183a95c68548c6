import type { DeviceReport } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { outboxEvents } from '../../platform/db/index.ts';
import { getDevice, quarantineDevice, recordReport, recordStatus } from './index.ts';
import { createDeviceWorld, type DeviceWorld } from './testing/device-world.ts';

let world: DeviceWorld;

beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
  await world.database.transaction((tx) => tx.delete(outboxEvents));
});
afterEach(() => world.close());

const device = () => getDevice(world.database.db, 'gw-1');
const birth = (session: number, nonce: string) =>
  recordStatus(world, 'gw-1', { status: 'birth', nonce, session, at: world.now() });
const death = (nonce: string) => recordStatus(world, 'gw-1', { status: 'death', nonce, at: world.now() });
const reportOf = (nonce: string, counter: number, agent = '0.1.0'): DeviceReport => ({
  v: 1,
  agent,
  profile: 'linux-x64-dev',
  nonce,
  counter,
  at: world.now(),
  assignmentSeq: 0,
  models: [],
  outbox: {},
  trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
});
const report = (nonce: string, counter: number, agent?: string) =>
  recordReport(world, 'gw-1', reportOf(nonce, counter, agent));

describe('the report of a device', () => {
  it('is kept whole, and told to whoever listens', async () => {
    await report('first-nonce', 1, '0.2.0');
    expect(await device()).toMatchObject({
      report: reportOf('first-nonce', 1, '0.2.0'),
      agent: '0.2.0',
      lastSeenAt: world.now(),
    });
    const [event] = await world.database.db.select().from(outboxEvents);
    expect(JSON.parse(event?.body ?? '')).toEqual({ type: 'device.reported', site: 'north', device: 'gw-1' });
  });

  it.each([1, 2])('that comes again, or came before (%i after 2), is refused and audited', async (counter) => {
    await report('first-nonce', 2);
    const before = await device();
    await world.clock.advance(1);
    await expect(report('first-nonce', counter, '6.6.6')).rejects.toMatchObject({
      code: 'report_replayed',
      kind: 'refused',
      field: 'counter',
    });
    expect(await device()).toEqual(before);
    const [row] = (await list(world.database.db)).rows;
    expect(row).toMatchObject({ action: 'devices.report-replayed', details: { nonce: 'first-nonce', counter } });
    expect(await world.database.db.select().from(outboxEvents)).toHaveLength(1);
  });

  it('may leave out numbers, and starts over with a new connection', async () => {
    await report('first-nonce', 1);
    await report('first-nonce', 7);
    await report('other-nonce', 1);
    expect((await device()).report).toMatchObject({ nonce: 'other-nonce', counter: 1 });
  });

  it.each([
    ['while another is live', async () => undefined],
    ['after the last one ended', async () => death('other-nonce')],
  ])('of a connection that is over is refused and audited %s', async (_when, then) => {
    await birth(1, 'first-nonce');
    await birth(2, 'other-nonce');
    await then();
    await expect(report('first-nonce', 99, '6.6.6')).rejects.toMatchObject({ code: 'report_replayed' });
    await expect(report('forged-nonce', 1, '6.6.6')).rejects.toMatchObject({ code: 'report_replayed' });
    expect((await device()).report).toBeUndefined();
    const { rows } = await list(world.database.db);
    expect(rows.slice(0, 2).map(({ action }) => action)).toEqual(Array(2).fill('devices.report-replayed'));
    await report('other-nonce', 1);
  });

  it('of a device that was put out is refused', async () => {
    await quarantineDevice(world, 'user:ana', { device: 'gw-1', reason: 'odd figures' });
    await expect(report('first-nonce', 1)).rejects.toMatchObject({ code: 'device_quarantined', kind: 'forbidden' });
  });

  it('of a device that nobody enrolled is refused', async () => {
    await expect(recordReport(world, 'gw-9', reportOf('first-nonce', 1))).rejects.toMatchObject({
      code: 'device_unknown',
    });
  });
});
