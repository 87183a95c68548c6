import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { verifyAssignment, type AssignedModel, type DirectorMemory } from '@plumbline/shared/trust';
import { decodeMessage, desired } from '@plumbline/shared/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { devices, openDatabase, type Database } from '../../platform/db/index.ts';
import { makeDevelopmentKeys, openDesk, raiseFloorOf, type Desk } from '../../supply/keys/index.ts';
import { fleetInForce, importRepository, metadataInForce } from '../../supply/repository/index.ts';
import { askDiagnostics, assignModel, desiredFrame, getAssignment, getDevice } from './index.ts';

const DAY_MS = 24 * 3_600_000;
const HASH = 'ab'.repeat(32);
const model: AssignedModel = {
  model: 'delay',
  path: 'models/delay/1/tree.plb',
  length: 1000,
  sha256: HASH,
  releaseCounter: 1,
  payload: { codec: 'none', length: 1000, sha256: HASH },
};
let folder: string;
let desk: Desk;
let clock: VirtualClock;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-assign-'));
  await makeDevelopmentKeys(join(folder, 'keys'), createVirtualClock().now());
  desk = await openDesk(join(folder, 'keys'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  await importKeys('keys');
  await database.transaction((tx) =>
    tx.insert(devices).values(
      ['gw-1', 'gw-2'].map((id) => ({
        id,
        site: 'north',
        profile: 'linux-x64-dev',
        agent: '0.1.0',
        publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
        keyId: HASH,
        tags: '[]',
        enrolledAt: clock.now(),
        reportCounter: 0,
        assignedSeq: 0,
      })),
    ),
  );
});
afterEach(() => database.close());

const importKeys = (name: string) => importRepository({ database, desk, now: clock.now }, 'system', join(folder, name));
const assign = (device = 'gw-1', now = clock.now) =>
  database.transaction((tx) =>
    assignModel(tx, { desk, now }, 'user:ana', { device, model, version: '1.0.0', cause: 'direct' }),
  );

async function signedTime(): Promise<number> {
  return Date.parse((await metadataInForce(database.db, 'timestamp')).signed['x-plumbline-issued']!);
}

/** As a device judges it that has the newest timestamp, and has obeyed up to `seq`. */
async function verify(bytes: Uint8Array, seq: number, device = 'gw-1') {
  const { signed: fleet } = await fleetInForce(database.db);
  const memory: DirectorMemory = { seq, timeFloor: 0, floors: {} };
  const context = { site: 'north', device, now: clock.now(), signedTime: await signedTime() };
  return verifyAssignment(bytes, fleet, { [desk.director.keyId]: memory }, context).assignment;
}

describe('an assignment', () => {
  it('is one that the device obeys, and another device does not', async () => {
    const { seq, bytes } = await assign();
    expect(await verify(bytes, seq - 1)).toMatchObject({
      device: 'gw-1',
      seq: 1,
      models: [model],
      timeFloor: clock.now(),
      floors: {},
    });
    await expect(verify(bytes, seq - 1, 'gw-2')).rejects.toMatchObject({ code: 'wrong_device' });
  });

  it('takes the next number of its own device, also when many are made at once', async () => {
    const made = await Promise.all([...Array.from({ length: 5 }, () => assign()), assign('gw-2')]);
    expect(
      made
        .slice(0, 5)
        .map(({ seq }) => seq)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5]);
    expect(made[5]?.seq).toBe(1);
    expect((await getDevice(database.db, 'gw-1')).assignedSeq).toBe(5);
  });

  it('counts how often bytes are asked for again, and forgets it with the next bytes', async () => {
    const give = (isRetry: boolean, given = model) =>
      database.transaction((tx) =>
        assignModel(tx, { desk, now: clock.now }, 'user:ana', {
          device: 'gw-1',
          model: given,
          version: '1.0.0',
          cause: 'direct',
          isRetry,
        }),
      );
    const attempts = [];
    for (const isRetry of [false, true, true, false]) {
      const { seq, bytes } = await give(isRetry);
      attempts.push((await verify(bytes, seq - 1)).models[0]?.attempt);
    }
    expect(attempts).toEqual([undefined, 1, 2, 2]);
    const { seq, bytes } = await give(false, { ...model, sha256: 'b'.repeat(64) });
    expect((await verify(bytes, seq - 1)).models[0]?.attempt).toBeUndefined();
  });

  it('makes the ones before it a rollback', async () => {
    const [first, second] = [await assign(), await assign()];
    expect((await verify(second.bytes, first.seq)).seq).toBe(2);
    await expect(verify(first.bytes, second.seq)).rejects.toMatchObject({ code: 'rollback' });
  });

  it.each([0, 1, DAY_MS - 1000, DAY_MS, 2 * DAY_MS, 40 * DAY_MS])(
    'is never issued later than a day after signed time: %i ms after the last timestamp',
    async (later) => {
      await clock.advance(later);
      const { seq, bytes } = await assign();
      const { issued, timeFloor } = await verify(bytes, seq - 1);
      expect(issued).toBe(clock.now());
      expect(timeFloor).toBeLessThanOrEqual(issued);
      expect(issued - (await signedTime())).toBeLessThanOrEqual(DAY_MS);
      expect((await metadataInForce(database.db, 'timestamp')).version).toBe(later < DAY_MS ? 1 : 2);
    },
  );

  it('is obeyed after the clock of the server was put back', async () => {
    const { seq } = await assign();
    const { bytes } = await assign('gw-1', () => clock.now() - 3 * DAY_MS);
    expect(await verify(bytes, seq)).toMatchObject({ issued: clock.now() - 3 * DAY_MS });
  });

  it('carries the floors that the offline keys demand for its lines, and no others', async () => {
    await cp(join(folder, 'keys'), join(folder, 'raised'), { recursive: true });
    const ceremony = { folder: join(folder, 'raised'), nowMs: clock.now(), protect: false };
    await raiseFloorOf(ceremony, 'delay', 1);
    await raiseFloorOf(ceremony, 'iris', 7);
    await importKeys('raised');
    const { seq, bytes } = await assign();
    expect((await verify(bytes, seq - 1)).floors).toEqual({ delay: 1 });
  });

  it('is kept as exact bytes, audited, and published as the newest one with the timestamp', async () => {
    await assign();
    const { seq, bytes } = await assign();
    expect(new Uint8Array((await getAssignment(database.db, 'gw-1', seq))?.bytes ?? [])).toEqual(bytes);
    const timestamp = Uint8Array.of(1, 2, 3);
    const frame = await desiredFrame(database.db, 'gw-1', timestamp);
    expect(decodeMessage(desired, frame ?? new Uint8Array())).toEqual({ assignment: bytes, timestamp });
    const [row] = (await list(database.db)).rows;
    expect(row).toMatchObject({ action: 'devices.assign', subject: 'device:gw-1', details: { seq: 2, sha256: HASH } });
  });

  it('is none for a device that has none, and for nobody', async () => {
    expect(await desiredFrame(database.db, 'gw-1', Uint8Array.of(1))).toBeUndefined();
    await expect(assign('gw-9')).rejects.toMatchObject({ code: 'device_unknown' });
  });
});

const ask = (answered?: number) =>
  database.transaction((tx) => askDiagnostics(tx, { desk, now: clock.now }, 'user:ana', { device: 'gw-1' }, answered));
const settingsAt = async (seq: number) =>
  (await verify(new Uint8Array((await getAssignment(database.db, 'gw-1', seq))?.bytes ?? []), seq - 1)).settings;

describe('a question for diagnostics', () => {
  it('goes out with the desired state as it stands, under a number that only rises', async () => {
    await assign();
    const first = await ask();
    expect(first).toEqual({ seq: 2, request: 1 });
    const { bytes } = (await getAssignment(database.db, 'gw-1', 2)) ?? {};
    expect(await verify(new Uint8Array(bytes ?? []), 1)).toMatchObject({
      models: [{ model: 'delay', sha256: HASH }],
      settings: { diagnosticsRequest: 1 },
    });
    expect(await ask()).toEqual({ seq: 3, request: 2 });
    expect(await ask(40)).toEqual({ seq: 4, request: 41 });
  });

  it('is still asked after the next release, and reaches a device without any model', async () => {
    expect(await ask()).toEqual({ seq: 1, request: 1 });
    await assign();
    expect(await settingsAt(2)).toEqual({ diagnosticsRequest: 1 });
  });
});
