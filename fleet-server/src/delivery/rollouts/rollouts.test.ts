import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { createGroup, listStanding, setStandingRelease } from '../../sites/groups/index.ts';
import { freezeFleet, getAssignment, liftFreeze, recordStatus } from '../../sites/devices/index.ts';
import {
  advanceRollout,
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  pauseRollout,
  proceedRollout,
  resumeRollout,
  revertRollout,
  startRollout,
  stopRollout,
  versionsInUse,
  type WrittenPlan,
} from './index.ts';
import { createRolloutWorld, type RolloutWorld } from './testing/rollout-world.ts';

const SOAK_MS = 60_000;
const ORDER = { reason: 'a test said so' };
let world: RolloutWorld;
let deps: RolloutWorld['deps'];

beforeAll(async () => {
  world = await createRolloutWorld();
  ({ deps } = world);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.reset());

const names = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `gw-${i + from}`);
const stage = (percent: number) => ({ name: `${percent} %`, size: { percent }, soak: SOAK_MS });
/** Every device has to prove it, and one failure too many is surely one too many at once. */
const STRICT = { minimum: 1, proven: { atLeast: 1 }, failures: { atMost: 0 } };
const planOf = (stages: WrittenPlan['stages'], changed: Partial<WrittenPlan> = {}): WrittenPlan => ({
  line: 'delay',
  version: '1.1.0',
  stages,
  gates: STRICT,
  ...changed,
});
const create = async (plan: WrittenPlan) => (await createRollout(deps, 'user:ana', plan)).id;
const start = (id: string) => startRollout(deps, 'user:ana', id);
const begin = async (plan: WrittenPlan) => {
  const id = await create(plan);
  await start(id);
  return id;
};
const look = (id: string) => advanceRollout(deps, id);
const stateOf = async (id: string) => (await getRollout(deps.database.db, id)).state;
const membersOf = async (id: string, of?: number) =>
  (await listMembers(deps.database.db, id)).filter((one) => of === undefined || one.stage === of);
const namesOf = async (id: string, of?: number) => (await membersOf(id, of)).map((one) => one.device);
const verdictsOf = async (id: string) => (await listDecisions(deps.database.db, id)).map(({ verdict }) => verdict);
const assignedOf = async (id: string) =>
  (await membersOf(id)).filter((one) => one.assignmentSeq !== null).map((one) => one.device);

describe('a rollout', () => {
  it('becomes the standing release of a group it took whole, where that has one of the line', async () => {
    await world.addDevices(names(2));
    for (const name of ['whole', 'half', 'without']) await createGroup(deps, 'user:ana', { name, devices: names(2) });
    const before = { line: 'delay', version: '1.0.0' };
    await deps.database.transaction(async (tx) => {
      for (const group of ['whole', 'half']) await setStandingRelease(tx, 'user:ana', { group, ...before });
    });
    const id = await begin(
      planOf([
        { name: 'half', group: 'half', size: { percent: 50 } },
        { name: 'whole', group: 'whole', size: { percent: 100 } },
      ]),
    );
    for (let stageAt = 0; stageAt < 2; stageAt += 1) {
      await look(id);
      await Promise.all((await assignedOf(id)).map((one) => world.prove(one)));
      await look(id);
    }
    expect(await stateOf(id)).toMatchObject({ status: 'completed' });
    const standing = (await listStanding(deps.database.db)).map(({ group, version }) => [group, version]);
    expect(standing).toEqual([
      ['half', '1.0.0'],
      ['whole', '1.1.0'],
    ]);
  });

  it('goes stage by stage: assigned, proven, soaked, to the end', async () => {
    await world.addDevices(names(4));
    const id = await create(planOf([stage(25), stage(100)]));
    expect(await stateOf(id)).toMatchObject({ status: 'draft', stage: -1 });
    await start(id);
    const [canary = ''] = await namesOf(id);
    expect(await namesOf(id)).toHaveLength(1);
    expect(await look(id)).toMatchObject({ verdict: 'inconclusive' });
    await world.prove(canary);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ stage: 0, stageStatus: 'soaking' });
    await world.clock.advance(SOAK_MS - 1);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ stage: 0, stageStatus: 'soaking' });
    await world.clock.advance(1);
    await look(id);
    expect(await namesOf(id, 1)).toHaveLength(3);
    for (const device of await namesOf(id, 1)) await world.prove(device);
    await look(id);
    await world.clock.advance(SOAK_MS);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'completed', stage: 1, stageStatus: 'passed' });
    expect(await verdictsOf(id)).toEqual(['create', 'start', 'inconclusive', 'pass', 'soaked', 'pass', 'soaked']);
  });

  it('does not wait for ever at a stage that adds nobody', async () => {
    await world.addDevices(names(2));
    const id = await begin(planOf([stage(10), stage(20), stage(100)]));
    await world.prove((await namesOf(id))[0] ?? '');
    for (let turn = 0; turn < 6; turn += 1) {
      await look(id);
      await world.clock.advance(SOAK_MS);
    }
    expect(await namesOf(id, 1)).toEqual([]);
    expect(await namesOf(id, 2)).toHaveLength(1);
  });

  it('is not held up by a device whose death the broker noticed after it was assigned', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const id = await begin(planOf([stage(100)], { gates: { ...STRICT, minimum: 2 } }));
    await world.clock.advance(90_000);
    await recordStatus(deps, 'gw-2', { status: 'death', nonce: 'nonce-0001', at: world.clock.now() });
    await world.prove('gw-1');
    expect(await look(id)).toMatchObject({ verdict: 'pass', counts: { devices: 2, hadChance: 1 } });
  });

  it('pauses itself when its canary fails, with the numbers and the reason written down', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([stage(25), stage(100)]));
    const [canary = ''] = await namesOf(id);
    await world.fail(canary);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 0, stageStatus: 'failed' });
    expect((await listDecisions(deps.database.db, id)).at(-1)).toMatchObject({
      verdict: 'fail',
      gate: 'failures',
      sentence: expect.stringContaining('self_test_failed'),
      numbers: { counts: { hadChance: 1, failed: 1, proven: 0 } },
    });
    expect(await namesOf(id)).toEqual([canary]);
  });

  it('is failed by a device of an earlier stage, too', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([stage(25), stage(100)]));
    const [canary = ''] = await namesOf(id);
    await world.prove(canary);
    await look(id);
    await world.clock.advance(SOAK_MS);
    await look(id);
    await world.fail(canary);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 1, stageStatus: 'failed' });
  });

  it('with 10 of 100 online that all fail stops before the 11th', async () => {
    await world.addDevices(names(10));
    await world.addDevices(names(90, 11), { isOnline: false });
    const id = await begin(planOf([{ name: 'everybody', size: { percent: 100 } }], { gates: {} }));
    for (let turn = 0; turn < 10 && (await stateOf(id)).status === 'running'; turn += 1) {
      for (const device of await assignedOf(id)) await world.fail(device);
      await look(id);
    }
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stageStatus: 'failed' });
    for (const device of names(90, 11)) await world.setOnline(device, true);
    await look(id);
    expect((await assignedOf(id)).toSorted()).toEqual(names(10).toSorted());
  });

  it('is blocked by no dead device, and serves it when it comes back after weeks', async () => {
    await world.addDevices(names(9));
    await world.addDevices(['dead'], { isOnline: false });
    const id = await begin(planOf([{ name: 'everybody', size: { percent: 100 } }], { gates: {} }));
    for (const device of names(9)) await world.prove(device);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'completed' });
    expect(await world.given('dead')).toEqual([]);
    await world.clock.advance(21 * 86_400_000);
    await world.setOnline('dead', true);
    await look(id);
    expect(await world.given('dead')).toMatchObject([{ version: '1.1.0', cause: id }]);
  });

  it('keeps its version and the one before it listed while it runs', async () => {
    await world.addDevices(['gw-1']);
    const id = await create(planOf([stage(100)]));
    expect(await versionsInUse(deps.database.db, 'delay')).toEqual([]);
    await start(id);
    expect(await versionsInUse(deps.database.db, 'delay')).toEqual(['1.1.0', '1.0.0']);
    expect(await versionsInUse(deps.database.db, 'iris')).toEqual([]);
    await stopRollout(deps, 'user:bo', id, ORDER);
    expect(await versionsInUse(deps.database.db, 'delay')).toEqual([]);
  });

  it('stopped assigns nobody any more, and can still be reverted', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([stage(25), stage(100)]));
    await stopRollout(deps, 'user:bo', id, { reason: 'crane down' });
    await expect(start(id)).rejects.toMatchObject({ code: 'rollout_move_illegal', kind: 'conflict' });
    expect(await namesOf(id)).toHaveLength(1);
    await revertRollout(deps, 'user:bo', id, ORDER);
    const actions = (await list(deps.database.db, { subject: `rollout:${id}` })).rows.map(({ action }) => action);
    expect(actions.slice(0, 2)).toEqual(['rollouts.revert', 'rollouts.stop']);
  });

  it('says once why it waits, however often it is looked at', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([stage(100)]));
    for (let turn = 0; turn < 5; turn += 1) await look(id);
    expect(await verdictsOf(id)).toEqual(['create', 'start', 'inconclusive']);
  });
});

describe('going back', () => {
  it('sends everybody back by the return ticket, and reaches a device that was offline for 30 days', async () => {
    await world.addDevices(['gw-1', 'gw-2', 'never']);
    await world.setOnline('never', false);
    const id = await begin(planOf([stage(100)]));
    await world.setOnline('gw-2', false);
    await revertRollout(deps, 'user:bo', id, ORDER);
    await world.clock.advance(30 * 86_400_000);
    for (const device of ['gw-1', 'gw-2']) {
      expect(await getAssignment(deps.database.db, device, 2)).toMatchObject({
        version: '1.0.0',
        counter: 4,
        cause: id,
      });
    }
    expect(await world.given('never')).toEqual([]);
  });

  it('is done by the policy for failures, in batches, and not twice', async () => {
    const fleet = names(120);
    await world.addDevices(fleet);
    const id = await begin(planOf([{ name: 'all', size: { percent: 100 } }], { onFailure: 'revert', gates: {} }));
    await look(id);
    for (const device of fleet.slice(0, 30)) await world.fail(device);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'reverted', stageStatus: 'failed' });
    await look(id);
    await look(id);
    for (const device of fleet) {
      expect((await world.given(device)).map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);
    }
  });

  it('leaves alone who was told something else since', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const id = await begin(planOf([stage(100)]));
    await stopRollout(deps, 'user:bo', id, ORDER);
    await begin(planOf([{ name: 'one', size: { count: 1 } }], { version: '1.2.0' }));
    await revertRollout(deps, 'user:bo', id, ORDER);
    const given = await Promise.all(
      ['gw-1', 'gw-2'].map(async (device) => (await world.given(device)).at(-1)?.version),
    );
    expect(given.toSorted()).toEqual(['1.0.0', '1.2.0']);
  });

  it('is impossible from a version that has no predecessor, and from a rollout that never began', async () => {
    await world.addDevices(['gw-1']);
    const draft = await create(planOf([stage(100)]));
    await expect(revertRollout(deps, 'user:bo', draft, ORDER)).rejects.toMatchObject({ code: 'rollout_move_illegal' });
    const next = await create(planOf([stage(100)]));
    await deps.database.transaction(async () => undefined);
    await expect(revertRollout(deps, 'user:bo', next, ORDER)).rejects.toMatchObject({ code: 'rollout_move_illegal' });
  });
});

describe('a pause', () => {
  it('that the gates made is over for the failures a person has acknowledged, not for new ones', async () => {
    await world.addDevices(names(10));
    const id = await begin(planOf([stage(100)], { gates: { ...STRICT, failures: { atMost: 0 } } }));
    for (const device of names(3)) await world.fail(device);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused' });
    await resumeRollout(deps, 'user:bo', id, ORDER);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'running', stageStatus: 'held' });
    await world.fail('gw-4');
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stageStatus: 'failed' });
  });

  it('gives nothing out, and goes on where it was', async () => {
    await world.addDevices(names(2));
    await world.setOnline('gw-2', false);
    const id = await begin(planOf([stage(100)]));
    await pauseRollout(deps, 'user:bo', id, ORDER);
    await world.setOnline('gw-2', true);
    await look(id);
    expect(await world.given('gw-2')).toEqual([]);
    await resumeRollout(deps, 'user:bo', id, ORDER);
    expect(await world.given('gw-2')).toHaveLength(1);
  });
});

describe('past its deadline', () => {
  it('a stage that cannot decide asks a person once, who may let it go on', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([{ ...stage(25), deadline: '1h' }, stage(100)]));
    await world.clock.advance(3_600_000);
    await look(id);
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'running', stageStatus: 'held', asks: true });
    expect((await verdictsOf(id)).filter((one) => one === 'deadline')).toHaveLength(1);
    await proceedRollout(deps, 'user:bo', id, ORDER);
    expect(await stateOf(id)).toMatchObject({ stage: 1, stageStatus: 'running', asks: false });
    expect(await assignedOf(id)).toHaveLength(4);
  });
});

describe('the brake over the fleet', () => {
  it('lets nothing new out and no stage on, and devices be sent back by a person only', async () => {
    await world.addDevices(names(4));
    const id = await begin(planOf([{ ...stage(50), soak: 0 }, stage(100)], { onFailure: 'revert' }));
    await freezeFleet(deps, 'user:bo', 'storm');
    const canaries = await namesOf(id);
    for (const device of canaries) await world.prove(device);
    for (let turn = 0; turn < 3; turn += 1) await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'running', stage: 0, stageStatus: 'running' });
    await world.fail(canaries[0] ?? '');
    await look(id);
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stageStatus: 'failed' });
    await revertRollout(deps, 'user:bo', id, ORDER);
    expect((await world.given(canaries[0] ?? '')).at(-1)).toMatchObject({ version: '1.0.0' });
    await expect(freezeFleet(deps, 'user:bo', 'again')).rejects.toMatchObject({ code: 'fleet_frozen' });
    await liftFreeze(deps, 'user:bo', 'over');
    await expect(liftFreeze(deps, 'user:bo', 'over')).rejects.toMatchObject({ code: 'fleet_not_frozen' });
  });
});

describe('two people at once', () => {
  it('do not overrule each other unseen', async () => {
    await world.addDevices(['gw-1']);
    const id = await create(planOf([stage(100)]));
    const { revision } = await start(id);
    const stop = (reason: string) => stopRollout(deps, 'user:bo', id, { reason, expectedRevision: revision });
    await stop('first');
    await expect(stop('second')).rejects.toMatchObject({
      code: 'rollout_changed_meanwhile',
      kind: 'conflict',
      field: 'expectedRevision',
    });
  });
});
