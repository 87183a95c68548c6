import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { devicePenalties, modelVersions } from '../../platform/db/index.ts';
import { assignRelease, quarantineDevice } from '../../sites/devices/index.ts';
import {
  advanceRollout,
  advanceRollouts,
  approveRollout,
  createRollout,
  explainTurns,
  getRollout,
  listDecisions,
  listMembers,
  listPenalties,
  rejectRollout,
  releasePenalties,
  resumeRollout,
  retryRollout,
  startRollout,
  stopRollout,
  type WrittenPlan,
} from './index.ts';
import { rolloutsToLookAt } from './read.ts';
import { createRolloutWorld, type RolloutWorld } from './testing/rollout-world.ts';

const HOUR_MS = 3_600_000;
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
const ALL = { name: 'all', size: { percent: 100 } };
const LENIENT = { minimum: 1, proven: { atLeast: 0 }, failures: { atMost: 1 } };
const planOf = (stage: object = {}, changed: Partial<WrittenPlan> = {}): WrittenPlan => ({
  line: 'delay',
  version: '1.1.0',
  stages: [{ ...ALL, ...stage }],
  gates: LENIENT,
  ...changed,
});
const create = (plan: WrittenPlan, actor = 'user:ana') => createRollout(deps, actor, plan);
const begin = async (plan: WrittenPlan) => {
  const { id } = await create(plan);
  await startRollout(deps, 'user:ana', id);
  return id;
};
const look = (id: string) => advanceRollout(deps, id);
const givenBy = async (id: string) =>
  (await listMembers(deps.database.db, id))
    .filter((one) => one.assignmentSeq !== null)
    .map((one) => one.device)
    .toSorted();
const obstaclesOf = async (id: string) => {
  const { waiting } = await explainTurns(deps, await getRollout(deps.database.db, id));
  return Object.fromEntries(waiting.map(({ device, obstacle }) => [device, obstacle]));
};

/** As a new release of other bytes would: the device is given something, and its failures stay on its account. */
async function retryOne(id: string): Promise<void> {
  const [row] = await deps.database.db.select().from(devicePenalties);
  await retryRollout(deps, 'user:bo', id, { ...ORDER, device: 'gw-1' });
  await deps.database.transaction(async (tx) => {
    if (row !== undefined) await tx.insert(devicePenalties).values(row);
  });
  await look(id);
}

describe('limits of a stage', () => {
  it('let no more devices have it in an hour, and go on in the next', async () => {
    await world.addDevices(names(5));
    const id = await begin(planOf({ perHour: 2, soak: '1d' }));
    await look(id);
    expect(await givenBy(id)).toHaveLength(2);
    await world.clock.advance(HOUR_MS);
    await look(id);
    await look(id);
    expect(await givenBy(id)).toHaveLength(4);
  });

  it('wait for those under way, but not for one that went away before it heard of it', async () => {
    await world.addDevices(names(5));
    const id = await begin(planOf({ underWay: 2, soak: '1d' }, { gates: { minimum: 5 } }));
    const [first = '', second = ''] = await givenBy(id);
    await look(id);
    expect(await givenBy(id)).toHaveLength(2);
    await world.prove(first);
    await look(id);
    expect(await givenBy(id)).toHaveLength(3);
    await world.setOnline(second, false);
    await look(id);
    expect(await givenBy(id)).toHaveLength(4);
  });

  it('open a window by the clock of each site', async () => {
    // The world begins at midnight, UTC: nine in the morning in Tokyo.
    await world.addSite('tokyo', 'Asia/Tokyo');
    await world.addSite('closed', 'Asia/Tokyo', 'closing');
    await world.addDevices(['gw-1'], { site: 'tokyo' });
    await world.addDevices(['gw-2'], { site: 'berlin' });
    await world.addDevices(['gw-3'], { site: 'tokyo' });
    const start = new Date(world.clock.now());
    const minute = (offset: number) => new Date(start.getTime() + offset).toISOString().slice(11, 16);
    const window = { from: minute(8 * HOUR_MS), until: minute(10 * HOUR_MS) };
    const id = await begin(planOf({ soak: '1d' }, { window }));
    expect(await givenBy(id)).toEqual(['gw-1', 'gw-3']);
    expect(await obstaclesOf(id)).toEqual({ 'gw-2': 'window' });
    await world.clock.advance(9 * HOUR_MS);
    await look(id);
    expect(await givenBy(id)).toEqual(['gw-1', 'gw-2', 'gw-3']);
  });

  it('leave out who is barred', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    await world.setOnline('gw-2', false);
    const id = await begin(planOf({ soak: '1d' }));
    await quarantineDevice(deps, 'user:bo', { device: 'gw-2', reason: 'looked odd' });
    await world.setOnline('gw-2', true);
    await look(id);
    expect(await obstaclesOf(id)).toEqual({ 'gw-2': 'barred' });
  });
});

describe('two rollouts of a line', () => {
  it('never have the same device: the older keeps it, the more important one takes it and says so', async () => {
    await world.addDevices(['gw-1']);
    const first = await begin(planOf({ soak: '1d' }));
    await world.clock.advance(1);
    const equal = await begin(planOf({ soak: '1d' }, { version: '1.2.0' }));
    await look(equal);
    expect(await obstaclesOf(equal)).toEqual({ 'gw-1': 'held' });
    await stopRollout(deps, 'user:bo', equal, ORDER);
    const urgent = await begin(planOf({ soak: '1d' }, { version: '1.2.0', priority: 90 }));
    expect(await givenBy(urgent)).toEqual(['gw-1']);
    expect(await givenBy(first)).toEqual([]);
    expect((await listDecisions(deps.database.db, first)).at(-1)).toMatchObject({
      verdict: 'taken',
      sentence: `rollout ${urgent} (priority 90) took gw-1`,
    });
  });

  it('give a device up again when they end', async () => {
    await world.addDevices(['gw-1']);
    const first = await begin(planOf({ soak: '1d' }));
    await world.clock.advance(1);
    const second = await begin(planOf({ soak: '1d' }, { version: '1.2.0' }));
    await stopRollout(deps, 'user:bo', first, ORDER);
    await look(second);
    expect(await givenBy(second)).toEqual(['gw-1']);
  });

  it('leave out a device that has something newer, and adopt what it has already', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const order = { line: 'delay', cause: 'direct' };
    await deps.database.transaction(async (tx) => {
      await assignRelease(tx, deps, 'user:ana', { ...order, device: 'gw-1', version: '1.2.0' });
      await assignRelease(tx, deps, 'user:ana', { ...order, device: 'gw-2', version: '1.1.0' });
    });
    const id = await begin(planOf({ soak: '1d' }));
    expect(await listMembers(deps.database.db, id)).toMatchObject([{ device: 'gw-2', assignmentSeq: 1 }]);
    expect(await world.given('gw-2')).toHaveLength(1);
    expect((await listDecisions(deps.database.db, id)).at(-1)).toMatchObject({
      verdict: 'left-out',
      sentence: expect.stringContaining('gw-1: was given the newer delay@1.2.0'),
    });
  });
});

describe('a device that fails', () => {
  it('is never offered the same bytes again, by no rollout, until a person asks for it', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const id = await begin(planOf({ soak: '1d' }));
    await world.fail('gw-1', 'does_not_fit');
    await look(id);
    await stopRollout(deps, 'user:bo', id, ORDER);
    const again = await begin(planOf({ soak: '1d' }));
    await look(again);
    expect(await obstaclesOf(again)).toEqual({ 'gw-1': 'rejected' });
    await stopRollout(deps, 'user:bo', again, ORDER);
    await expect(retryRollout(deps, 'user:bo', id, ORDER)).rejects.toMatchObject({ code: 'rollout_move_illegal' });
  });

  it('is tried again by an order, under a new assignment', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const id = await begin(planOf({ soak: '1d' }));
    await world.fail('gw-1');
    await look(id);
    const before = (await getRollout(deps.database.db, id)).revision;
    const retried = await retryRollout(deps, 'user:bo', id, ORDER);
    expect(retried).toMatchObject({ devices: ['gw-1'], rollout: { revision: before + 1 } });
    await look(id);
    const [member] = await listMembers(deps.database.db, id);
    expect(member).toMatchObject({ device: 'gw-1', outcome: null });
    expect(await world.given('gw-1')).toHaveLength(2);
  });

  it('three times sits in the penalty box for a day, or until it is let out', async () => {
    await world.addDevices(['gw-1', 'gw-2']);
    const id = await begin(planOf({ soak: '9d' }));
    for (const failures of [1, 2, 3]) {
      await world.fail('gw-1', 'disk_full');
      await look(id);
      expect((await listPenalties(deps.database.db, deps.now())).length).toBe(failures < 3 ? 0 : 1);
      if (failures < 3) await retryOne(id);
    }
    await stopRollout(deps, 'user:bo', id, ORDER);
    const next = await begin(planOf({ soak: '9d' }, { version: '1.2.0' }));
    expect(await obstaclesOf(next)).toEqual({ 'gw-1': 'penalty' });
    await expect(releasePenalties(deps, 'user:bo', { ...ORDER, device: 'gw-2' })).rejects.toMatchObject({
      code: 'penalty_unknown',
    });
    await world.clock.advance(24 * HOUR_MS - 1);
    await look(next);
    expect(await givenBy(next)).toEqual(['gw-2']);
    expect(await releasePenalties(deps, 'user:bo', ORDER)).toEqual(['gw-1']);
    await look(next);
    expect(await givenBy(next)).toEqual(['gw-1', 'gw-2']);
  });
});

describe('an approval', () => {
  it('is never given by the author, and opens the stage', async () => {
    await world.addDevices(['gw-1']);
    const id = await begin(planOf({ approval: 'required' }));
    expect(await givenBy(id)).toEqual([]);
    await expect(approveRollout(deps, 'user:ana', id, ORDER)).rejects.toMatchObject({
      code: 'approval_by_author',
      kind: 'forbidden',
      field: 'actor',
    });
    await approveRollout(deps, 'user:bo', id, ORDER);
    expect(await givenBy(id)).toEqual(['gw-1']);
  });

  it('that is refused ends the rollout for good', async () => {
    await world.addDevices(['gw-1']);
    const id = await begin(planOf({ approval: 'required' }));
    expect((await rejectRollout(deps, 'user:bo', id, ORDER)).state).toMatchObject({
      status: 'stopped',
      reason: 'rejected by user:bo: a test said so',
    });
    for (const order of [
      () => startRollout(deps, 'user:ana', id),
      () => approveRollout(deps, 'user:bo', id, ORDER),
      () => resumeRollout(deps, 'user:bo', id, ORDER),
    ]) {
      await expect(order()).rejects.toMatchObject({ code: 'rollout_move_illegal' });
    }
  });
});

/** Two of three have proven it; the third was away and is given it afterwards. */
const completeWithoutThird = async () => {
  await world.addDevices(names(2));
  await world.addDevices(names(1, 3), { isOnline: false });
  const id = await begin(planOf());
  for (const device of names(2)) await world.prove(device);
  await look(id);
  await look(id);
  expect((await getRollout(deps.database.db, id)).state.status).toBe('completed');
  await world.setOnline('gw-3', true);
  await advanceRollouts(deps);
  expect(await givenBy(id)).toEqual(names(3));
  return id;
};
const outcomeOf = async (id: string, device: string) =>
  (await listMembers(deps.database.db, id)).find((one) => one.device === device)?.outcome;

describe('a rollout that has completed', () => {
  it('still writes down what becomes of a device that is given the release afterwards', async () => {
    const id = await completeWithoutThird();
    await world.fail('gw-3');
    await advanceRollouts(deps);
    expect(await outcomeOf(id, 'gw-3')).toBe('failed');
    expect(await rolloutsToLookAt(deps.database.db, deps.now())).toEqual([]);
    expect((await retryRollout(deps, 'user:ana', id, ORDER)).devices).toEqual(['gw-3']);
    await world.prove('gw-3');
    await advanceRollouts(deps);
    expect(await outcomeOf(id, 'gw-3')).toBe('proven');
  });

  it('does not take for its own what a device makes of something newer', async () => {
    const id = await completeWithoutThird();
    const newer = { device: 'gw-3', line: 'delay', version: '1.2.0', cause: 'direct' };
    await deps.database.transaction((tx) => assignRelease(tx, deps, 'user:ana', newer));
    await world.fail('gw-3');
    await advanceRollouts(deps);
    expect(await outcomeOf(id, 'gw-3')).toBeNull();
  });

  it('waits a week for a word, and not for ever', async () => {
    const id = await completeWithoutThird();
    expect(await rolloutsToLookAt(deps.database.db, deps.now())).toEqual([id]);
    expect(await rolloutsToLookAt(deps.database.db, deps.now() + 8 * 24 * HOUR_MS)).toEqual([]);
  });
});

describe('a clock that jumps', () => {
  it('back opens nothing early and undoes nothing', async () => {
    await world.addDevices(names(2));
    const id = await begin(planOf({ size: { count: 1 }, soak: HOUR_MS }, {}));
    const [canary = ''] = await givenBy(id);
    await world.prove(canary);
    await look(id);
    const backwards = { ...deps, now: () => world.clock.now() - 10 * HOUR_MS };
    for (let turn = 0; turn < 3; turn += 1) await advanceRollout(backwards, id);
    expect((await getRollout(deps.database.db, id)).state).toMatchObject({ status: 'running', stageStatus: 'soaking' });
    await world.clock.advance(HOUR_MS);
    await look(id);
    expect((await getRollout(deps.database.db, id)).state.status).toBe('completed');
  });

  it('forward skips no gate: what has not been proven is not passed', async () => {
    await world.addDevices(names(2));
    const gates = { minimum: 1, proven: { atLeast: 1 } };
    const plan = planOf({ size: { count: 1 }, soak: HOUR_MS }, { gates });
    const id = await begin({ ...plan, stages: [...plan.stages, { ...ALL, name: 'rest' }] });
    const forwards = { ...deps, now: () => world.clock.now() + 5 * 24 * HOUR_MS };
    for (let turn = 0; turn < 3; turn += 1) await advanceRollout(forwards, id);
    expect((await getRollout(deps.database.db, id)).state).toMatchObject({ stage: 0, stageStatus: 'running' });
  });
});

describe('a rollout is not made', () => {
  it.each<[string, Partial<WrittenPlan>, object]>([
    ['for a version that is not there', { version: '9.9.9' }, { code: 'model_unknown' }],
    [
      'with a stage that selects nobody',
      {
        stages: [
          { name: 'a', size: { percent: 10 } },
          { ...ALL, selector: 'tag = "crane"' },
        ],
      },
      { code: 'rollout_selects_nobody', field: 'stages.1.selector' },
    ],
    [
      'with a selector that makes no sense',
      { stages: [{ ...ALL, selector: 'tag = ' }] },
      { code: 'selector_malformed' },
    ],
    ['for a group that is not there', { stages: [{ ...ALL, group: 'cranes' }] }, { code: 'group_unknown' }],
    ['by a policy that is not there', { policy: 'none-such' }, { code: 'policy_unknown' }],
  ])('%s', async (_, changed, error) => {
    await world.addDevices(['gw-1']);
    await expect(create(planOf({}, changed))).rejects.toMatchObject(error);
  });

  it('for a version that nobody has approved', async () => {
    await world.addDevices(['gw-1']);
    await deps.database.transaction(
      async (tx) => void (await tx.update(modelVersions).set({ state: 'awaiting-approval' })),
    );
    await expect(create(planOf())).rejects.toMatchObject({ code: 'rollout_not_approved', field: 'version' });
  });

  it('when nothing fits anybody; else the devices that it does not fit are named and left out', async () => {
    await world.addDevices(['odd'], { profile: 'toaster' });
    await expect(create(planOf())).rejects.toMatchObject({ code: 'rollout_fits_nobody', kind: 'refused' });
    await world.addDevices(['gw-1']);
    const made = await create(planOf());
    expect(made).toMatchObject({
      stages: [{ name: 'all', selected: 2, adds: 1 }],
      leftOut: [{ device: 'odd', reason: expect.stringContaining('toaster') }],
    });
    await startRollout(deps, 'user:ana', made.id);
    expect(await givenBy(made.id)).toEqual(['gw-1']);
  });

  it('under a name that another one has', async () => {
    await world.addDevices(['gw-1']);
    const { id } = await createRollout(deps, 'user:ana', planOf(), { name: 'winter' });
    expect((await getRollout(deps.database.db, 'winter')).id).toBe(id);
    await expect(createRollout(deps, 'user:ana', planOf(), { name: 'winter' })).rejects.toMatchObject({
      code: 'rollout_exists',
      field: 'name',
    });
  });
});
