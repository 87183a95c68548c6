import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceReport } from '@plumbline/shared/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outboxEvents } from '../../../platform/db/index.ts';
import { makeDevelopmentKeys, openDesk, type Desk } from '../../../supply/keys/index.ts';
import { importRepository, publishMetadata } from '../../../supply/repository/index.ts';
import { getDevice, listDevices, recordReport, recordStatus, watchStaleness } from '../index.ts';
import { createDeviceWorld, type DeviceWorld } from '../testing/device-world.ts';

const DAY_MS = 24 * 3_600_000;
let folder: string;
let desk: Desk;
let world: DeviceWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-staleness-'));
  await makeDevelopmentKeys(join(folder, 'keys'), Date.UTC(2026, 0));
  desk = await openDesk(join(folder, 'keys'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
  const { database, now } = world;
  await importRepository({ database, desk, now }, 'system', join(folder, 'keys'));
  await recordStatus(world, 'gw-1', { status: 'birth', nonce: 'nonce-0001', session: 1, at: now() });
});
afterEach(() => world.close());

let counter = 0;
async function report(timestamp: number, stale = false): Promise<void> {
  counter += 1;
  const said: DeviceReport = {
    v: 1,
    agent: '0.1.0',
    profile: 'linux-x64-dev',
    nonce: 'nonce-0001',
    counter,
    at: world.now(),
    assignmentSeq: 0,
    models: [],
    outbox: {},
    trust: { root: 1, timestamp, snapshot: 1, targets: 1, stale },
  };
  await recordReport(world, 'gw-1', said);
}
const publish = () =>
  world.database.transaction((tx) => publishMetadata(tx, { desk, now: world.now })).then(() => undefined);
const isStale = async () => (await getDevice(world.database.db, 'gw-1')).staleMetadata;
async function told(): Promise<unknown[]> {
  const events = await world.database.db.select().from(outboxEvents);
  return events.filter(({ type }) => type === 'device.stale').map(({ body }) => JSON.parse(body) as unknown);
}

describe('a device on old metadata', () => {
  it('is told of once, a day after it should have had the newest, and forgotten when it has caught up', async () => {
    await report(1);
    await publish();
    await watchStaleness(world);
    await world.clock.advance(DAY_MS);
    await watchStaleness(world);
    expect([await isStale(), await told()]).toEqual([false, []]);
    await world.clock.advance(1);
    await watchStaleness(world);
    await watchStaleness(world);
    expect(await isStale()).toBe(true);
    expect((await listDevices(world.database.db)).map((one) => one.staleMetadata)).toEqual([true]);
    const reason = 'it holds an older timestamp';
    expect(await told()).toEqual([{ type: 'device.stale', site: 'north', device: 'gw-1', reason }]);
    await report(2);
    await watchStaleness(world);
    expect(await isStale()).toBe(false);
  });

  it('shows at once when it says so itself', async () => {
    await report(1, true);
    expect(await isStale()).toBe(true);
    await watchStaleness(world);
    expect(await told()).toMatchObject([{ device: 'gw-1', reason: 'its metadata has expired' }]);
  });
});
