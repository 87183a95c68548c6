import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceReport } from '@plumbline/shared/wire';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDevelopmentKeys, openDesk } from '../supply/keys/index.ts';
import { importRepository, metadataInForce } from '../supply/repository/index.ts';
import { getDevice, recordReport, recordStatus } from '../sites/devices/index.ts';
import { createDeviceWorld, type DeviceWorld } from '../sites/devices/testing/device-world.ts';
import { createUpkeep } from './upkeep.ts';

const DAY_MS = 86_400_000;
let folder: string;
let world: DeviceWorld;
let look: () => Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-upkeep-'));
  world = await createDeviceWorld();
  const { database, now } = world;
  await makeDevelopmentKeys(join(folder, 'keys'), now());
  const desk = await openDesk(join(folder, 'keys'));
  await importRepository({ database, desk, now }, 'system', join(folder, 'keys'));
  await world.enrolled('gw-1');
  await recordStatus(world, 'gw-1', { status: 'birth', nonce: 'nonce-0001', session: 1, at: now() });
  const log = pino({ level: 'silent' });
  ({ look } = createUpkeep({ database, desk, now, log, versionsInUse: async () => [] }));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

let counter = 0;
async function takeTheNewest(): Promise<number> {
  counter += 1;
  const { version: timestamp } = await metadataInForce(world.database.db, 'timestamp');
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
    trust: { root: 1, timestamp, snapshot: 1, targets: 1, stale: false },
  };
  await recordReport(world, 'gw-1', said);
  return timestamp;
}

it('a device that takes every timestamp is never called stale, however far apart the looks are', async () => {
  const seen = new Set<number>();
  for (let month = 0; month < 4; month += 1) {
    await world.clock.advance(30 * DAY_MS);
    await look();
    expect((await getDevice(world.database.db, 'gw-1')).staleMetadata).toBe(false);
    seen.add(await takeTheNewest());
  }
  expect(seen.size).toBe(4);
});
