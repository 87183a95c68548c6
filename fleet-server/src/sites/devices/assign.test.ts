import { verifyAssignment, type AssignedModel } from '@plumbline/shared/trust';
import { createVirtualClock } from '@plumbline/shared/testing';
import { decodeMessage, desired } from '@plumbline/shared/wire';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { devices, openDatabase, type Database } from '../../platform/db/index.ts';
import { makeDevelopmentKeys, readServerKeys, type ServerKeys } from '../../supply/keys/index.ts';
import { assignModel, desiredFrame, getAssignment, getDevice } from './index.ts';

const clock = createVirtualClock();
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
let keys: ServerKeys;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-assign-'));
  await makeDevelopmentKeys(folder, clock.now());
  keys = await readServerKeys(folder);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
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

const assign = (device = 'gw-1') =>
  database.transaction((tx) =>
    assignModel(tx, { director: keys.director, now: clock.now }, 'user:ana', {
      device,
      model,
      version: '1.0.0',
      cause: 'direct',
    }),
  );
const verify = (bytes: Uint8Array, seq: number, device = 'gw-1') =>
  verifyAssignment(bytes, keys.root, { site: 'north', device, seq, timeFloor: 0 }, clock.now());

describe('an assignment', () => {
  it('is one that the device obeys, and another device does not', async () => {
    const { seq, bytes } = await assign();
    expect(verify(bytes, seq - 1)).toMatchObject({ device: 'gw-1', seq: 1, models: [model], timeFloor: clock.now() });
    expect(() => verify(bytes, seq - 1, 'gw-2')).toThrow(expect.objectContaining({ code: 'wrong_device' }));
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

  it('makes the ones before it a rollback', async () => {
    const [first, second] = [await assign(), await assign()];
    expect(verify(second.bytes, first.seq).seq).toBe(2);
    expect(() => verify(first.bytes, second.seq)).toThrow(expect.objectContaining({ code: 'rollback' }));
  });

  it('is kept as exact bytes, audited, and published as the newest one with its line document', async () => {
    await assign();
    const { seq, bytes } = await assign();
    expect(new Uint8Array((await getAssignment(database.db, 'gw-1', seq))?.bytes ?? [])).toEqual(bytes);
    const line = Uint8Array.of(1, 2, 3);
    const frame = await desiredFrame(database.db, 'gw-1', async (name) => (name === 'delay' ? line : undefined));
    expect(decodeMessage(desired, frame ?? new Uint8Array())).toEqual({ assignment: bytes, lines: [line] });
    const [row] = (await list(database.db)).rows;
    expect(row).toMatchObject({ action: 'devices.assign', subject: 'device:gw-1', details: { seq: 2, sha256: HASH } });
  });

  it('is none for a device that has none, and for nobody', async () => {
    expect(await desiredFrame(database.db, 'gw-1', async () => undefined)).toBeUndefined();
    await expect(assign('gw-9')).rejects.toMatchObject({ code: 'device_unknown' });
  });
});
