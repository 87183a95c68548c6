import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { lineRole, signMetadata } from '@plumbline/shared/trust';
import type { ModelReport } from '@plumbline/shared/wire';
import {
  assignments,
  deviceLines,
  devicePenalties,
  deviceRejections,
  devices,
  eq,
  fleetFreezes,
  modelVariants,
  modelVersions,
  openDatabase,
  rolloutDecisions,
  rolloutDevices,
  rollouts,
  sites,
  type Database,
} from '../../../platform/db/index.ts';
import { getAssignment, getDevice, recordReport } from '../../../sites/devices/index.ts';
import { keyFileOf, makeDevelopmentKeys, openDesk, readSigner, type Desk } from '../../../supply/keys/index.ts';
import { importRepository, insertMetadata, publishMetadata } from '../../../supply/repository/index.ts';
import type { RolloutDeps } from '../read.ts';

/** Versions of the line `delay`: the counter of each, and the one it follows. */
const RELEASES = [
  ['1.0.0', 1, null],
  ['1.1.0', 3, '1.0.0'],
  ['1.2.0', 5, '1.1.0'],
] as const;

export interface NewDevice {
  site?: string;
  profile?: string;
  isOnline?: boolean;
  lastSeenAt?: number | null;
  tags?: string[];
}

/** A real database with releases and devices that say what a test lets them say. */
export interface RolloutWorld extends AsyncDisposable {
  deps: RolloutDeps & { database: Database; desk: Desk };
  clock: VirtualClock;
  addDevices(ids: readonly string[], of?: NewDevice): Promise<void>;
  addSite(id: string, zone: string, state?: string): Promise<void>;
  setOnline(device: string, isOnline: boolean): Promise<void>;
  /** What a device says of the assignment it was given last. */
  report(device: string, model: Partial<ModelReport>): Promise<void>;
  prove(device: string): Promise<void>;
  fail(device: string, reason?: ModelReport['reason']): Promise<void>;
  /** Sequence numbers a device was ever given, and what for. */
  given(device: string): Promise<{ seq: number; version: string; counter: number; cause: string }[]>;
  allGiven(): Promise<{ device: string; seq: number; version: string; cause: string }[]>;
  /** Forgets devices and rollouts; releases are in force again. */
  reset(): Promise<void>;
}

/** @param url of a database of its own, where one in memory would not show what a test asks about */
export async function createRolloutWorld(url = 'sqlite::memory:'): Promise<RolloutWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-rollouts-'));
  await makeDevelopmentKeys(folder, Date.UTC(2026, 0));
  const desk = await openDesk(folder);
  const clock = createVirtualClock();
  const database = await openDatabase({ url, clock });
  const deps = { database, desk, now: clock.now };
  await importRepository(deps, 'system', folder);
  await addReleases(deps, folder);
  let counter = 0;

  const report = async (device: string, model: Partial<ModelReport>) => {
    const { assignedSeq: seq } = await getDevice(database.db, device);
    const assigned = await getAssignment(database.db, device, seq);
    const running = {
      sha256: assigned?.sha256 ?? '',
      version: assigned?.version ?? '',
      counter: assigned?.counter ?? 0,
    };
    const target = { sha256: running.sha256, counter: running.counter, assignmentSeq: seq };
    await recordReport(deps, device, {
      v: 1,
      agent: '0.1.0',
      profile: 'linux-x64-dev',
      nonce: 'nonce-0001',
      counter: (counter += 1),
      at: clock.now(),
      assignmentSeq: seq,
      outbox: {},
      trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
      models: [{ model: 'delay', state: 'committed', running, target, ...model }],
    });
  };
  return {
    deps,
    clock,
    report,
    prove: (device) => report(device, { proof: 'proven' }),
    fail: (device, reason = 'self_test_failed') => report(device, { state: 'rolled-back', reason }),
    addDevices: (ids, of = {}) => addDevices(database, ids, of),
    addSite: (id, zone, state = 'open') =>
      database.transaction(async (tx) => {
        await tx.insert(sites).values({ id, zone, region: '', state, note: '', revision: 1, createdAt: 0 });
      }),
    setOnline: (device, isOnline) =>
      database.transaction(async (tx) => {
        const connection = isOnline ? 'nonce-0001' : null;
        await tx.update(devices).set({ connection }).where(eq(devices.id, device));
      }),
    given: (device) =>
      database.db
        .select({
          seq: assignments.seq,
          version: assignments.version,
          counter: assignments.counter,
          cause: assignments.cause,
        })
        .from(assignments)
        .where(eq(assignments.device, device))
        .orderBy(assignments.seq),
    allGiven: () =>
      database.db
        .select({
          device: assignments.device,
          seq: assignments.seq,
          version: assignments.version,
          cause: assignments.cause,
        })
        .from(assignments)
        .orderBy(assignments.seq),
    reset: () =>
      database.transaction(async (tx) => {
        await tx.delete(devices);
        await tx.delete(deviceLines);
        await tx.delete(assignments);
        await tx.delete(rollouts);
        await tx.delete(rolloutDevices);
        await tx.delete(rolloutDecisions);
        await tx.delete(deviceRejections);
        await tx.delete(devicePenalties);
        await tx.delete(fleetFreezes);
        await tx.delete(sites);
        await tx.update(modelVersions).set({ state: 'published' });
      }),
    async [Symbol.asyncDispose]() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

const hashOf = (version: string) => version.replaceAll('.', '').padEnd(64, 'a');
const target = (version: string, counter: number) => ({
  [`models/delay/${counter}/tree.plb`]: {
    length: 1000,
    hashes: { sha256: hashOf(version) },
    custom: { counter, version, variant: 'tree', profiles: [] },
  },
});

/** Every version, and the return tickets to the ones before, as an approver has signed them. */
async function addReleases(deps: RolloutWorld['deps'], folder: string): Promise<void> {
  const { database, desk } = deps;
  const signed = {
    _type: 'targets',
    spec_version: '1.0.31',
    version: 2,
    expires: '2030-01-01T00:00:00Z',
    targets: { ...target('1.1.0', 3), ...target('1.0.0', 4), ...target('1.2.0', 5) },
  };
  const approver = await readSigner(join(folder, keyFileOf('approver')));
  const bytes = await signMetadata(signed, [desk.builder, approver]);
  await database.transaction(async (tx) => {
    for (const [version, counter, predecessor] of RELEASES) {
      const row = { line: 'delay', version };
      await tx.insert(modelVersions).values({
        ...row,
        counter,
        predecessor,
        state: 'published',
        algorithm: 'forest',
        subject: '{}',
        card: '{}',
        createdAt: counter,
      });
      const payloads = JSON.stringify([{ codec: 'none', length: 1000, sha256: hashOf(version) }]);
      const needs = JSON.stringify({ opsets: { 'ai.onnx': 17 }, operators: ['ai.onnx:Gemm'], derivations: [] });
      const sizes = { archive: hashOf(version), archiveBytes: 1000, model: hashOf(version), modelBytes: 900 };
      const variant = { variant: 'tree', recipe: 'tree', needs, profiles: '[]', payloads };
      await tx.insert(modelVariants).values({ ...row, ...sizes, ...variant });
    }
    await insertMetadata(tx, { role: lineRole('delay'), version: 2, bytes });
    await publishMetadata(tx, deps);
  });
}

async function addDevices(database: Database, ids: readonly string[], of: NewDevice): Promise<void> {
  const { site = 'north', profile = 'linux-x64-dev', isOnline = true, lastSeenAt = null, tags = [] } = of;
  await database.transaction(async (tx) => {
    for (let from = 0; from < ids.length; from += 500) {
      await tx.insert(devices).values(
        ids.slice(from, from + 500).map((id) => ({
          id,
          site,
          profile,
          agent: '0.1.0',
          publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
          keyId: hashOf('1'),
          tags: JSON.stringify(tags),
          enrolledAt: 0,
          lastSeenAt,
          connection: isOnline ? 'nonce-0001' : null,
          reportCounter: 0,
          assignedSeq: 0,
        })),
      );
    }
  });
}
