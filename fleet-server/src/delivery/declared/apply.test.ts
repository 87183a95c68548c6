import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { declaredRollouts, deviceGroups, policies, standingReleases } from '../../platform/db/index.ts';
import { getSite } from '../../sites/register/index.ts';
import { getRollout, listRollouts } from '../rollouts/index.ts';
import { createRolloutWorld, type RolloutWorld } from '../rollouts/testing/rollout-world.ts';
import { applyDeclared, declaredDocument, type DeclaredAnswer } from './index.ts';

const ANA = 'user:ana';
const ALL = [{ name: 'all', size: { percent: 100 } }];
let world: RolloutWorld;

const documents = (given: object[]) => given.map((one) => declaredDocument.parse(one));
const apply = (...given: object[]) => applyDeclared(world.deps, ANA, documents(given), { dryRun: false });
const look = (...given: object[]) => applyDeclared(world.deps, ANA, documents(given), { dryRun: true });
const actions = ({ changes }: DeclaredAnswer) => changes.map(({ kind, name, action }) => `${action} ${kind} ${name}`);
const audited = async () => (await list(world.deps.database.db, { limit: 500 })).rows.length;

const site = (spec: object) => ({ kind: 'Site', name: 'north', spec });
const policy = (spec: object, name = 'careful') => ({ kind: 'Policy', name, spec });
const group = (spec: object, name = 'canaries') => ({ kind: 'Group', name, spec });
const rollout = (spec: object, name = 'delay-1-1') => ({
  kind: 'Rollout',
  name,
  spec: { line: 'delay', version: '1.1.0', ...spec },
});
const soaking = (soak: string | number) => policy({ stages: [{ ...ALL[0], soak }] });
const fleet = () => [
  rollout({ policy: 'careful', stages: [{ name: 'canary', group: 'canaries', size: { count: 1 } }, ...ALL] }),
  group({ selector: 'group = "chosen"' }),
  group({ devices: ['d2', 'd1'], standing: { delay: '1.0.0' } }, 'chosen'),
  policy({ gates: { errors: { atMost: 0.01 } } }),
  site({ zone: 'europe/berlin', region: 'coast' }),
];

beforeAll(async () => {
  world = await createRolloutWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.reset();
  await world.deps.database.transaction(async (tx) => {
    for (const table of [declaredRollouts, policies, standingReleases, deviceGroups]) await tx.delete(table);
  });
  await world.addDevices(['d1', 'd2', 'd3'], { site: 'north' });
});

describe('documents that are applied', () => {
  it('are in force in an order in which each finds what it names', async () => {
    const answer = await apply(...fleet());
    expect(answer).toMatchObject({ problems: [], isApplied: true });
    expect(actions(answer)).toEqual([
      'create Site north',
      'create Policy careful',
      'create Group chosen',
      'create Group canaries',
      'create Rollout delay-1-1',
    ]);
    expect(await getSite(world.deps.database.db, 'north')).toMatchObject({ zone: 'Europe/Berlin', region: 'coast' });
    const made = await getRollout(world.deps.database.db, 'delay-1-1');
    expect(made).toMatchObject({
      author: ANA,
      state: { status: 'draft' },
      plan: { gates: { errors: { atMost: 0.01 } } },
    });
  });

  it('change nothing when they are applied again, and leave no trace of it', async () => {
    await apply(...fleet());
    const before = await audited();
    const again = await apply(...fleet());
    expect(new Set(again.changes.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(await audited()).toBe(before);
  });

  it('are compared by what they mean, and shown as they are written', async () => {
    await apply(soaking('24h'));
    expect(actions(await look(soaking(86_400_000)))).toEqual(['unchanged Policy careful']);
    expect((await look(soaking('2d'))).changes[0]?.fields).toEqual([{ field: 'stages.0.soak', from: '24h', to: '2d' }]);
  });

  it('say who joined a list and who left it', async () => {
    await apply(group({ devices: ['d1', 'd2'] }));
    expect((await look(group({ devices: ['d3', 'd2'] }))).changes[0]?.fields).toEqual([
      { field: 'devices', from: 'd1' },
      { field: 'devices', to: 'd3' },
    ]);
  });

  it('leave alone what they do not name, whole things and single fields', async () => {
    await apply(...fleet());
    await apply(site({ note: 'crane in the way' }), group({ devices: ['d1', 'd2'] }, 'chosen'));
    expect(await getSite(world.deps.database.db, 'north')).toMatchObject({ region: 'coast', note: 'crane in the way' });
    expect(await world.deps.database.db.select().from(standingReleases)).toHaveLength(1);
    expect(await world.deps.database.db.select().from(policies)).toHaveLength(1);
  });

  it('may turn a list into a selector', async () => {
    await apply(group({ devices: ['d1'] }));
    const answer = await apply(group({ selector: 'site = "north"' }));
    expect(answer.changes[0]).toMatchObject({ action: 'change' });
    expect(actions(await look(group({ selector: 'site = "north"' })))).toEqual(['unchanged Group canaries']);
  });
});

describe('a trial', () => {
  it('says what would happen and writes nothing', async () => {
    const before = await audited();
    const answer = await look(...fleet());
    expect(answer).toMatchObject({ problems: [], isApplied: false });
    expect(actions(answer)).toHaveLength(5);
    expect(answer.changes.find(({ kind }) => kind === 'Policy')?.fields).toEqual([
      { field: 'gates', to: { errors: { atMost: 0.01 } } },
    ]);
    expect(await audited()).toBe(before);
    expect(await listRollouts(world.deps.database.db)).toEqual([]);
  });

  it('says everything that is wrong at once', async () => {
    const answer = await look(
      policy({ gates: { vibes: 1 }, stages: [{ name: 'a', size: { percent: 101 } }] }),
      group({ selector: 'colour = "red"' }),
      rollout({ stages: ALL, version: '9.9.9' }),
      rollout({ stages: [{ name: 'a', group: 'nobody-knows', size: { count: 1 } }] }, 'second'),
      site({ zone: 'Mars/Olympus' }),
      policy({}, 'twice'),
      policy({}, 'twice'),
    );
    expect(answer.changes).toEqual([]);
    expect(answer.problems.map(({ document, field, code }) => [document, field, code])).toEqual([
      [0, 'spec.gates.vibes', 'declared_malformed'],
      [0, 'spec.stages.0.size.percent', 'declared_malformed'],
      [4, 'spec.zone', 'declared_malformed'],
      [6, 'name', 'declared_twice'],
      [1, 'spec.selector', 'selector_malformed'],
      [2, 'spec.version', 'model_unknown'],
    ]);
    expect(answer.problems[1]).toMatchObject({ expected: 'at most 100' });
  });
});

describe('documents of which one is wrong', () => {
  it('are none of them applied', async () => {
    const before = await audited();
    const wrong = apply(...fleet(), policy({ onFailure: 'panic' }, 'other'));
    await expect(wrong).rejects.toMatchObject({ code: 'declared_refused', field: 'documents.5.spec.onFailure' });
    expect(await audited()).toBe(before);
  });

  const refusals: [what: string, document: object, problem: object][] = [
    ['changes the policy that came with the program', policy({}, 'standard'), { code: 'policy_built_in' }],
    [
      'names a policy that is not there',
      rollout({ policy: 'brave' }),
      { code: 'policy_unknown', field: 'spec.policy' },
    ],
    ['has no stages and no policy', rollout({}), { code: 'rollout_plan_malformed', field: 'spec.stages' }],
    ['selects nobody', group({}), { code: 'declared_malformed', field: 'spec.selector' }],
    ['names a device nobody enrolled', group({ devices: ['d1', 'd9'] }), { field: 'spec.devices.1' }],
    [
      'has a stage that selects nobody',
      rollout({ stages: [{ name: 'a', selector: 'region = "south"', size: { count: 1 } }] }),
      { code: 'rollout_selects_nobody', field: 'spec.stages.0.selector' },
    ],
    [
      'says something of a kind it cannot be',
      site({ costPerMb: 'cheap' }),
      { field: 'spec.costPerMb', expected: 'number' },
    ],
  ];
  it.each(refusals)('are refused when one %s', async (_, document, problem) => {
    expect((await look(document)).problems).toMatchObject([problem]);
  });

  it('do not complain again about what is missing because of it', async () => {
    const answer = await look(policy({ onFailure: 'panic' }), rollout({ policy: 'careful', stages: ALL }));
    expect(answer.problems.map(({ code }) => code)).toEqual(['declared_malformed']);
  });
});

describe('a rollout in a file', () => {
  it('is started when the file says so, once', async () => {
    await apply(rollout({ stages: ALL }));
    const answer = await apply(rollout({ stages: ALL, start: true }));
    expect(answer.changes[0]?.fields).toEqual([{ field: 'start', from: false, to: true }]);
    expect(await getRollout(world.deps.database.db, 'delay-1-1')).toMatchObject({ state: { status: 'running' } });
    const before = await audited();
    expect(actions(await apply(rollout({ stages: ALL, start: true })))).toEqual(['unchanged Rollout delay-1-1']);
    expect(actions(await apply(rollout({ stages: ALL })))).toEqual(['unchanged Rollout delay-1-1']);
    expect(await audited()).toBe(before);
  });

  it('is refused another plan once it has started', async () => {
    await apply(rollout({ stages: ALL, start: true }));
    expect((await look(rollout({ stages: ALL, priority: 99 }))).problems).toMatchObject([{ code: 'rollout_started' }]);
  });

  it('takes another plan while it is a draft, and its new author with it', async () => {
    await apply(rollout({ stages: ALL }));
    const changed = documents([rollout({ stages: ALL, priority: 99 })]);
    await applyDeclared(world.deps, 'user:bo', changed, { dryRun: false });
    const all = await listRollouts(world.deps.database.db);
    expect(all).toMatchObject([{ name: 'delay-1-1', author: 'user:bo', plan: { priority: 99 } }]);
  });

  it('keeps what it took from its policy when the policy changes', async () => {
    const named = rollout({ policy: 'careful', stages: ALL });
    await apply(policy({ onFailure: 'revert' }), named);
    expect(actions(await apply(policy({ onFailure: 'pause' }), named))).toEqual([
      'change Policy careful',
      'unchanged Rollout delay-1-1',
    ]);
    expect(await getRollout(world.deps.database.db, 'delay-1-1')).toMatchObject({ plan: { onFailure: 'revert' } });
  });
});
