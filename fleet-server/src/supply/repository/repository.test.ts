import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import {
  addMetadataSignatures,
  FLEET_PATH,
  readMetadata,
  refresh,
  sha256Hex,
  signMetadata,
  startTrust,
} from '@plumbline/shared/trust';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { openDatabase, outboxEvents, repositoryMetadata, type Database } from '../../platform/db/index.ts';
import { addLineTo, makeDevelopmentKeys, openDesk, readSigner, rotateKey, type Desk } from '../keys/index.ts';
import {
  describeRoot,
  fleetInForce,
  freshTimestamp,
  importDocuments,
  importRepository,
  metadataBySha256,
  metadataByVersion,
  metadataInForce,
  newestMetadata,
  publishMetadata,
  renewMetadata,
  repositorySource,
} from './index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let home: string;
let folder: string;
let made = 0;
let desk: Desk;
let clock: VirtualClock;
let database: Database;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-repository-'));
  await makeDevelopmentKeys(join(home, 'first'), createVirtualClock().now());
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(async () => {
  made += 1;
  folder = join(home, `keys-${made}`);
  await cp(join(home, 'first'), folder, { recursive: true });
  desk = await openDesk(folder);
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

const deps = () => ({ database, desk, now: clock.now });
const importFolder = () => importRepository(deps(), 'system', folder);
const fileOf = async (path: string) => new Uint8Array(await readFile(join(folder, 'repository', path)));
const ceremony = () => ({ folder, nowMs: clock.now(), protect: false });
const post = (...roots: Uint8Array[]) => importDocuments(deps(), 'user:ana', { roots, targets: [], fleets: [] });
const allRows = () => database.db.select().from(repositoryMetadata);
const fresh = () => database.transaction((tx) => freshTimestamp(tx, deps()));
const publish = () => database.transaction((tx) => publishMetadata(tx, deps()));

/** What a device makes of it that was enrolled with the first root. */
async function asDevice() {
  const root = await metadataByVersion(database.db, 'root', 1);
  return refresh(startTrust(root!.bytes), repositorySource(database.db), clock.now(), () => undefined);
}

describe('an import', () => {
  it('brings the offline documents in and publishes over them what a device accepts', async () => {
    expect(await importFolder()).toEqual({ roots: [1], targets: 1 });
    const trust = await asDevice();
    expect([trust.root.version, trust.snapshot?.signed.version, trust.timestamp?.signed.version]).toEqual([1, 1, 1]);
    expect(Object.keys(trust.snapshot!.signed.meta)).toEqual(['targets.json']);
    expect(trust.timestamp?.signed['x-plumbline-issued']).toBe(
      new Date(clock.now()).toISOString().replace('.000Z', 'Z'),
    );
    expect((await fleetInForce(database.db)).signed.directors).toEqual([desk.director.publicKey]);
    expect(await describeRoot(database.db)).toMatchObject({ version: 1, development: true });
    expect((await list(database.db)).rows).toMatchObject([
      { actor: 'system', action: 'repository.import', details: { roots: [1], targets: 1, snapshot: 1 } },
    ]);
  });

  it('changes nothing when it is done again, or when the folder is gone', async () => {
    await importFolder();
    const before = await allRows();
    expect(await importFolder()).toEqual({ roots: [], targets: undefined });
    await rm(folder, { recursive: true });
    expect(await importFolder()).toEqual({ roots: [], targets: undefined });
    expect(await allRows()).toEqual(before);
  });

  it('is missed by name when nothing was ever brought', async () => {
    await rm(folder, { recursive: true });
    await expect(importFolder()).rejects.toMatchObject({ code: 'repository_empty', field: 'root' });
  });

  it('takes a line that was added and a director that was replaced, and passes over the folder when it is behind', async () => {
    const old = join(home, `old-${made}`);
    await cp(folder, old, { recursive: true });
    await importFolder();
    await addLineTo(ceremony(), 'cost');
    await rotateKey(ceremony(), 'director');
    await expect(importFolder()).rejects.toMatchObject({ code: 'desk_not_delegated', field: 'director' });
    expect((await metadataInForce(database.db, 'targets')).version).toBe(1);
    desk = await openDesk(folder);
    expect(await importFolder()).toEqual({ roots: [], targets: 3 });
    const { signed } = await metadataInForce(database.db, 'targets');
    expect(signed.delegations?.roles.map(({ name }) => name)).toContain('line-cost');
    await asDevice();
    expect(await importRepository(deps(), 'system', old)).toEqual({ roots: [], targets: undefined });
  });

  it('walks a chain of roots, and leaves a gap and a fork out', async () => {
    await importFolder();
    for (let i = 0; i < 3; i += 1) await rotateKey(ceremony(), 'root');
    const [second, third, fourth] = await Promise.all([2, 3, 4].map((n) => fileOf(`metadata/${n}.root.json`)));
    const before = await allRows();
    await expect(post(second!, fourth!)).rejects.toMatchObject({ code: 'root_gap', field: 'root', expected: /root 3/ });
    await expect(post(third!)).rejects.toMatchObject({ code: 'root_gap' });
    const { raw } = readMetadata(second!, 'root');
    const forged = await signMetadata(raw as object, [await readSigner(join(folder, 'approver/approver-1.json'))]);
    await expect(post(forged)).rejects.toMatchObject({ name: 'TrustError' });
    expect(await allRows()).toEqual(before);
    expect(await post(fourth!, second!, third!)).toEqual({ roots: [2, 3, 4], targets: undefined });
    expect((await asDevice()).root.version).toBe(4);
    const other = await addMetadataSignatures(
      second!,
      [await readSigner(join(folder, 'offline/targets-1.json'))],
      'root',
    );
    await expect(post(other)).rejects.toMatchObject({ code: 'metadata_differs', field: 'root' });
  });

  it('publishes by the new online keys when the root replaces them', async () => {
    await importFolder();
    await rotateKey(ceremony(), 'timestamp');
    await expect(importFolder()).rejects.toMatchObject({ code: 'desk_not_delegated', field: 'timestamp' });
    desk = await openDesk(folder);
    expect(await importFolder()).toMatchObject({ roots: [2] });
    expect((await asDevice()).timestamp?.signed.version).toBe(2);
  });
});

const bring = (targets: Uint8Array, fleets: Uint8Array[] = []) =>
  importDocuments(deps(), 'user:ana', { roots: [], targets: [targets], fleets });
const signedBy = async (change: object, role = 'offline/targets-1.json') => {
  const { signed } = readMetadata(await fileOf('metadata/1.targets.json'), 'targets');
  return signMetadata({ ...signed, ...change }, [await readSigner(join(folder, role))]);
};

describe('targets that are brought', () => {
  it.each<[string, () => Promise<Uint8Array>, object]>([
    ['by another key', () => signedBy({ version: 2 }, 'approver/approver-1.json'), { code: 'below_threshold' }],
    ['with an expiry that is past', () => signedBy({ version: 2, expires: '2001-01-01T00:00:00Z' }), { code: 'stale' }],
    ['under a version that stands for others', () => signedBy({ 'x-other': 1 }), { code: 'metadata_differs' }],
    [
      'naming a fleet document that is not there',
      () => signedBy({ version: 2, targets: { [FLEET_PATH]: { length: 3, hashes: { sha256: 'ab'.repeat(32) } } } }),
      { code: 'fleet_missing', field: FLEET_PATH },
    ],
    ['naming none', () => signedBy({ version: 2, targets: {} }), { code: 'fleet_missing' }],
  ])('are refused %s, and everything stays as it was', async (_what, make, refusal) => {
    await importFolder();
    const before = await allRows();
    await expect(bring(await make())).rejects.toMatchObject(refusal);
    expect(await allRows()).toEqual(before);
  });

  it('are refused when they are older than what is in force', async () => {
    await importFolder();
    await bring(await signedBy({ version: 5 }));
    await expect(bring(await signedBy({ version: 4 }))).rejects.toMatchObject({
      code: 'rollback',
      field: 'targets.version',
    });
  });
});

describe('publishing', () => {
  beforeEach(importFolder);

  it('raises snapshot and timestamp together, and tells of it', async () => {
    const { snapshot, timestamp } = await publish();
    expect([snapshot.version, timestamp.version]).toEqual([2, 2]);
    expect((await asDevice()).snapshot?.signed.version).toBe(2);
    const events = await database.db.select().from(outboxEvents);
    expect(events.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { type: 'metadata.published', timestamp: 1 },
      { type: 'metadata.published', timestamp: 2 },
    ]);
  });

  it('leaves nothing behind when the transaction around it fails', async () => {
    const failing = database.transaction(async (tx) => {
      await publishMetadata(tx, deps());
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect((await newestMetadata(database.db, 'timestamp'))?.version).toBe(1);
  });

  it('can be read back by version, by hash and as the newest', async () => {
    await publish();
    const first = await metadataByVersion(database.db, 'snapshot', 1);
    expect(await metadataBySha256(database.db, sha256Hex(first!.bytes))).toEqual(first);
    expect(await metadataByVersion(database.db, 'snapshot', 9)).toBeUndefined();
    expect((await newestMetadata(database.db, 'snapshot'))?.version).toBe(2);
  });

  it('is refused by a key that the root does not name', async () => {
    const strange = { ...desk, timestamp: desk.snapshot };
    const publishing = database.transaction((tx) => publishMetadata(tx, { desk: strange, now: clock.now }));
    await expect(publishing).rejects.toMatchObject({ code: 'desk_not_delegated', field: 'timestamp', kind: 'refused' });
  });
});

describe('renewal on schedule', () => {
  beforeEach(importFolder);

  it('signs the timestamp daily and the snapshot a week before it expires, and devices follow', async () => {
    const signed: string[] = [];
    for (let day = 0; day < 60; day += 1) {
      signed.push(await renewMetadata(deps()));
      expect(await renewMetadata(deps())).toBe('nothing');
      await asDevice();
      await clock.advance(DAY_MS);
    }
    expect(signed[0]).toBe('nothing');
    expect(signed.slice(1).every((what) => what !== 'nothing')).toBe(true);
    expect(signed.flatMap((what, day) => (what === 'snapshot' ? [day] : []))).toEqual([23, 46]);
  });

  it('brings back what had expired while the server was down', async () => {
    await clock.advance(40 * DAY_MS);
    await expect(asDevice()).rejects.toMatchObject({ code: 'stale' });
    expect(await renewMetadata(deps())).toBe('snapshot');
    await asDevice();
  });

  it('does nothing where nothing was published', async () => {
    await database.close();
    database = await openDatabase({ url: 'sqlite::memory:', clock });
    expect(await renewMetadata(deps())).toBe('nothing');
  });

  it('never lets signed time go back, also when the clock of the server does', async () => {
    const early = { desk, now: () => clock.now() - 30 * DAY_MS };
    await database.transaction((tx) => publishMetadata(tx, early));
    const { signed } = await metadataInForce(database.db, 'timestamp');
    expect(Date.parse(signed['x-plumbline-issued']!)).toBe(clock.now());
  });

  it('gives an assignment a timestamp that is at most a day old', async () => {
    expect((await fresh()).version).toBe(1);
    await clock.advance(DAY_MS - HOUR_MS);
    expect((await fresh()).version).toBe(1);
    await clock.advance(HOUR_MS);
    expect(await fresh()).toMatchObject({ version: 2 });
  });
});
