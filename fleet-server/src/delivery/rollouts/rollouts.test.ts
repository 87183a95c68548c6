import { lineRole, signMetadata } from '@plumbline/shared/trust';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import type { ModelReport } from '@plumbline/shared/wire';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { devices, modelVariants, modelVersions, openDatabase, type Database } from '../../platform/db/index.ts';
import { keyFileOf, makeDevelopmentKeys, openDesk, readSigner, type Desk } from '../../supply/keys/index.ts';
import { importRepository, insertMetadata, publishMetadata } from '../../supply/repository/index.ts';
import { getAssignment, getDevice, recordReport, recordStatus } from '../../sites/devices/index.ts';
import {
  advanceRollout,
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  revertRollout,
  startRollout,
  stopRollout,
  versionsInUse,
  type RolloutDeps,
  type RolloutPlan,
} from './index.ts';

const SOAK_MS = 60_000;
const hashOf = (version: string) => version.replaceAll('.', '').padEnd(64, 'a');
let folder: string;
let desk: Desk;
let clock: VirtualClock;
let database: Database;
let deps: RolloutDeps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-rollouts-'));
  await makeDevelopmentKeys(folder, Date.UTC(2026, 0));
  desk = await openDesk(folder);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { database, desk, now: clock.now };
  await importRepository(deps, 'system', folder);
  await release();
});
afterEach(() => database.close());

const target = (version: string, counter: number) => ({
  [`models/delay/${counter}/tree.plb`]: {
    length: 1000,
    hashes: { sha256: hashOf(version) },
    custom: { counter, version, variant: 'tree', profiles: [] },
  },
});

/** Version 1.1.0 under counter 3 and its return ticket under 4, as an approver has signed them. */
async function release(): Promise<void> {
  const signed = {
    _type: 'targets',
    spec_version: '1.0.31',
    version: 2,
    expires: '2030-01-01T00:00:00Z',
    targets: { ...target('1.1.0', 3), ...target('1.0.0', 4) },
  };
  const approver = await readSigner(join(folder, keyFileOf('approver')));
  const bytes = await signMetadata(signed, [desk.builder, approver]);
  await database.transaction(async (tx) => {
    for (const [version, counter, predecessor] of [
      ['1.0.0', 1, null],
      ['1.1.0', 3, '1.0.0'],
    ] as const) {
      const row = { line: 'delay', version };
      const payloads = JSON.stringify([{ codec: 'none', length: 1000, sha256: hashOf(version) }]);
      const needs = JSON.stringify({ opsets: { 'ai.onnx': 17 }, operators: ['ai.onnx:Gemm'], derivations: [] });
      const sizes = { archive: hashOf(version), archiveBytes: 1000, model: hashOf(version), modelBytes: 900 };
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
      await tx
        .insert(modelVariants)
        .values({ ...row, ...sizes, variant: 'tree', recipe: 'tree', needs, profiles: '[]', payloads });
    }
    await insertMetadata(tx, { role: lineRole('delay'), version: 2, bytes });
    await publishMetadata(tx, deps);
  });
}

const fleet = (...ids: string[]) =>
  database.transaction((tx) =>
    tx.insert(devices).values(
      ids.map((id) => ({
        id,
        site: 'north',
        profile: 'linux-x64-dev',
        agent: '0.1.0',
        publicKey: JSON.stringify({ type: 'ed25519', public: '00'.repeat(32) }),
        keyId: hashOf('1'),
        tags: '[]',
        enrolledAt: 0,
        reportCounter: 0,
        assignedSeq: 0,
      })),
    ),
  );
const stage = (percent: number) => ({ name: `${percent} %`, tags: [], size: { percent }, soakMs: SOAK_MS });
const planOf = (stages: RolloutPlan['stages'], changed: Partial<RolloutPlan> = {}): RolloutPlan => ({
  line: 'delay',
  version: '1.1.0',
  stages,
  gate: { minimumSample: 1, provenRatio: 1, failureRatio: 0 },
  onFailure: 'pause',
  seed: 1,
  ...changed,
});
const create = (plan: RolloutPlan) => createRollout(deps, 'user:ana', plan);
const start = (id: string) => startRollout(deps, 'user:ana', id);
const stateOf = async (id: string) => (await getRollout(database.db, id)).state;
const membersOf = async (id: string, of?: number) =>
  (await listMembers(database.db, id)).filter((one) => of === undefined || one.stage === of).map((one) => one.device);

let counter = 0;
/** What a device says of the assignment it was given last. */
async function report(device: string, model: Partial<ModelReport>): Promise<void> {
  const seq = (await getDevice(database.db, device)).assignedSeq;
  const sha256 = (await getAssignment(database.db, device, seq))?.sha256 ?? '';
  const running = { sha256, version: '1.1.0', counter: 3 };
  const wanted = { sha256, counter: 3, assignmentSeq: seq };
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
    models: [{ model: 'delay', state: 'committed', running, target: wanted, ...model }],
  });
}
const prove = (device: string) => report(device, { proof: 'proven' });
const fail = (device: string) => report(device, { state: 'rolled-back', reason: 'self_test_failed' });

describe('a rollout', () => {
  it('goes stage by stage: assigned, proven, soaked, to the end', async () => {
    await fleet('gw-1', 'gw-2', 'gw-3', 'gw-4');
    const id = await create(planOf([stage(25), stage(100)]));
    expect(await stateOf(id)).toMatchObject({ status: 'draft', stage: -1 });
    await start(id);
    const [canary = ''] = await membersOf(id);
    expect(await membersOf(id)).toHaveLength(1);
    expect(await advanceRollout(deps, id)).toMatchObject({ verdict: 'inconclusive' });
    await prove(canary);
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ stage: 0, stageStatus: 'soaking' });
    await clock.advance(SOAK_MS - 1);
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ stage: 0, stageStatus: 'soaking' });
    await clock.advance(1);
    await advanceRollout(deps, id);
    expect(await membersOf(id, 1)).toHaveLength(3);
    for (const device of await membersOf(id, 1)) await prove(device);
    await advanceRollout(deps, id);
    await clock.advance(SOAK_MS);
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ status: 'completed', stage: 1, stageStatus: 'passed' });
    const verdicts = (await listDecisions(database.db, id)).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['start', 'pass', 'soaked', 'pass', 'soaked']);
  });

  it('does not wait for ever at a stage that adds nobody', async () => {
    await fleet('gw-1', 'gw-2');
    const id = await create(planOf([stage(10), stage(20), stage(100)]));
    await start(id);
    await prove((await membersOf(id))[0] ?? '');
    for (let look = 0; look < 6; look += 1) {
      await advanceRollout(deps, id);
      await clock.advance(SOAK_MS);
    }
    expect(await membersOf(id, 1)).toEqual([]);
    expect(await membersOf(id, 2)).toHaveLength(1);
  });

  it('is not held up by a device whose death the broker noticed after it was assigned', async () => {
    await fleet('gw-1', 'gw-2');
    await recordStatus(deps, 'gw-2', { status: 'birth', nonce: 'nonce-0002', session: 1, at: clock.now() });
    await clock.advance(1);
    const id = await create(planOf([stage(100)]));
    await start(id);
    await clock.advance(90_000);
    await recordStatus(deps, 'gw-2', { status: 'death', nonce: 'nonce-0002', at: clock.now() });
    await prove('gw-1');
    expect(await advanceRollout(deps, id)).toMatchObject({ verdict: 'pass', numbers: { devices: 2, hadChance: 1 } });
  });

  it('pauses itself when its canary fails, with the numbers and the reason written down', async () => {
    await fleet('gw-1', 'gw-2', 'gw-3', 'gw-4');
    const id = await create(planOf([stage(25), stage(100)]));
    await start(id);
    const [canary = ''] = await membersOf(id);
    await fail(canary);
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 0, stageStatus: 'failed' });
    expect((await listDecisions(database.db, id)).at(-1)).toMatchObject({
      verdict: 'fail',
      sentence: `1 of 1 devices failed (${canary}: self_test_failed)`,
      numbers: { hadChance: 1, failed: 1, proven: 0 },
    });
    expect(await membersOf(id)).toEqual([canary]);
  });

  it('is failed by a device of an earlier stage, too', async () => {
    await fleet('gw-1', 'gw-2', 'gw-3', 'gw-4');
    const id = await create(planOf([stage(25), stage(100)]));
    await start(id);
    const [canary = ''] = await membersOf(id);
    await prove(canary);
    await advanceRollout(deps, id);
    await clock.advance(SOAK_MS);
    await advanceRollout(deps, id);
    await fail(canary);
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 1, stageStatus: 'failed' });
  });

  it('reverts everybody, offline devices included, by the return ticket', async () => {
    await fleet('gw-1', 'gw-2');
    const id = await create(planOf([stage(100)], { onFailure: 'revert' }));
    await start(id);
    await fail('gw-1');
    await advanceRollout(deps, id);
    expect(await stateOf(id)).toMatchObject({ status: 'reverted' });
    for (const device of ['gw-1', 'gw-2']) {
      expect(await getAssignment(database.db, device, 2)).toMatchObject({ version: '1.0.0', counter: 4, cause: id });
    }
  });

  it('keeps its version and the one before it listed while it runs', async () => {
    await fleet('gw-1');
    const id = await create(planOf([stage(100)]));
    expect(await versionsInUse(database.db, 'delay')).toEqual([]);
    await start(id);
    expect(await versionsInUse(database.db, 'delay')).toEqual(['1.1.0', '1.0.0']);
    expect(await versionsInUse(database.db, 'iris')).toEqual([]);
    await stopRollout(deps, 'user:bo', id, { reason: 'enough' });
    expect(await versionsInUse(database.db, 'delay')).toEqual([]);
  });

  it('stopped assigns nobody any more, and can still be reverted', async () => {
    await fleet('gw-1', 'gw-2', 'gw-3', 'gw-4');
    const id = await create(planOf([stage(25), stage(100)]));
    await start(id);
    await stopRollout(deps, 'user:bo', id, { reason: 'crane down' });
    await expect(start(id)).rejects.toMatchObject({ code: 'rollout_move_illegal', kind: 'conflict' });
    expect(await membersOf(id)).toHaveLength(1);
    await revertRollout(deps, 'user:bo', id, { reason: 'go back' });
    const actions = (await list(database.db, { subject: `rollout:${id}` })).rows.map(({ action, actor }) => [
      action,
      actor,
    ]);
    expect(actions.slice(0, 2)).toEqual([
      ['rollouts.revert', 'user:bo'],
      ['rollouts.stop', 'user:bo'],
    ]);
  });

  it.each<[string, Partial<RolloutPlan>, object]>([
    ['a version that is not there', { version: '9.9.9' }, { code: 'model_unknown' }],
    [
      'a stage that selects nobody',
      { stages: [stage(10), { ...stage(100), tags: ['crane'] }] },
      { code: 'rollout_selects_nobody', field: 'stages.1.tags' },
    ],
  ])('is not made for %s', async (_, changed, error) => {
    await fleet('gw-1');
    await expect(create(planOf([stage(100)], changed))).rejects.toMatchObject(error);
  });

  it('cannot go back from a version that has no predecessor', async () => {
    await fleet('gw-1');
    const id = await create(planOf([stage(100)], { version: '1.0.0' }));
    await start(id);
    await expect(revertRollout(deps, 'user:bo', id, { reason: 'go back' })).rejects.toMatchObject({
      code: 'rollout_no_predecessor',
    });
  });
});

describe('two people at once', () => {
  it('start one rollout of a line, never two', async () => {
    await fleet('gw-1', 'gw-2');
    const ids = [await create(planOf([stage(100)])), await create(planOf([stage(100)]))];
    const results = await Promise.allSettled(ids.map(start));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [lost] = results.filter((result) => result.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'rollout_line_busy', field: 'line' });
  });

  it('do not overrule each other unseen', async () => {
    await fleet('gw-1');
    const id = await create(planOf([stage(100)]));
    const { revision } = await start(id);
    await advanceRollout(deps, id);
    const stop = (reason: string) => stopRollout(deps, 'user:bo', id, { reason, expectedRevision: revision });
    await stop('first');
    await expect(stop('second')).rejects.toMatchObject({ code: 'rollout_changed_meanwhile', kind: 'conflict' });
  });
});
