import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { rolloutPlan } from '../plan/rollout-plan.ts';
import { applyPolicy, getPolicy, listPolicies, policySpec, putPolicy, removePolicy, resolvePolicy } from './index.ts';

const ANA = 'user:ana';
const NIGHT = { from: '22:00', until: '05:00' };
const stages = [{ name: 'all', size: { percent: 100 } }];
let database: Database;

const put = (spec: unknown, more: { name?: string; expectedRevision?: number } = {}) =>
  database.transaction((tx) => putPolicy(tx, ANA, { name: 'careful', spec, ...more }));
const remove = (name: string) => database.transaction((tx) => removePolicy(tx, ANA, { name }));

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
});
afterEach(() => database.close());

describe('a rollout that names a policy', () => {
  const plan = { line: 'delay', version: '1.2.0' };
  const merges: [what: string, policy: object, written: object, merged: object][] = [
    ['takes over what it does not say', { window: NIGHT, stages }, {}, { window: NIGHT, stages }],
    [
      'says more than its policy',
      { onFailure: 'pause', stages },
      { onFailure: 'revert', stages: [] },
      { onFailure: 'revert', stages: [] },
    ],
    [
      'merges gates gate by gate, each as a whole',
      { gates: { errors: { atMost: 0.1, ofDevices: 0.2 }, latency: { atMost: 2 } } },
      { gates: { errors: { atMost: 0.01 } } },
      { gates: { errors: { atMost: 0.01 }, latency: { atMost: 2 } } },
    ],
    [
      'merges settings one by one',
      { settings: { proveRecords: 9, windowMs: 5 } },
      { settings: { windowMs: 7 } },
      { settings: { proveRecords: 9, windowMs: 7 } },
    ],
    [
      'keeps the freezes of both',
      { freezes: [{ from: '2026-12-24', until: '2026-12-26' }] },
      { freezes: [{ from: '2027-01-01', until: '2027-01-01' }] },
      {
        freezes: [
          { from: '2026-12-24', until: '2026-12-26' },
          { from: '2027-01-01', until: '2027-01-01' },
        ],
      },
    ],
    ['does not take over the description', { description: 'x' }, {}, {}],
    ['is not emptied by a key with nothing in it', { window: NIGHT }, { window: undefined }, { window: NIGHT }],
  ];
  it.each(merges)('%s', (_, policy, written, merged) => {
    expect(applyPolicy({ ...plan, ...written } as never, policy)).toEqual({ ...plan, ...merged });
  });

  it('gets a whole plan from the policy that is always there', async () => {
    const resolved = rolloutPlan.parse(await resolvePolicy(database.db, { ...plan, policy: 'standard' }));
    expect(resolved.stages.map(({ size }) => size)).toEqual([2.5, 7.5, 25, 100].map((percent) => ({ percent })));
    expect(resolved.stages.every(({ soak }) => soak === 86_400_000)).toBe(true);
    expect(resolved.gates).toMatchObject({
      failures: { atMost: 0.02 },
      latency: { atMost: 1.5 },
      memory: { atMost: 1.5 },
    });
  });

  it('is refused when there is no such policy, with the names there are', async () => {
    await put({});
    await expect(resolvePolicy(database.db, { ...plan, policy: 'carefull' })).rejects.toMatchObject({
      code: 'policy_unknown',
      field: 'policy',
      expected: 'one of standard, careful',
    });
  });

  it.each([
    null,
    5,
    'text',
    [],
    {},
    { policy: 7 },
    { policy: 'standard', gates: 5 },
    { policy: 'standard', freezes: {} },
  ])('is left to the schema when it is no plan: %j', async (written) => {
    expect(await resolvePolicy(database.db, written)).toBe(written);
  });
});

describe('a policy', () => {
  it('is kept as it was written, and audited', async () => {
    const spec = { stages: [{ ...stages[0], soak: '24h' }] };
    await put(spec);
    expect(await getPolicy(database.db, 'careful')).toMatchObject({ spec, revision: 1, updatedBy: ANA });
    expect((await list(database.db)).rows).toMatchObject([{ action: 'policies.create', subject: 'policy:careful' }]);
  });

  it('that means the same is not written again, and one that does not is', async () => {
    await put({ stages: [{ ...stages[0], soak: '24h' }] });
    expect(await put({ stages: [{ ...stages[0], soak: 86_400_000 }] })).toMatchObject({ revision: 1 });
    expect(await put({ stages: [{ ...stages[0], soak: '25h' }] })).toMatchObject({ revision: 2 });
    expect((await list(database.db)).rows).toHaveLength(2);
  });

  const refused: [what: string, attempt: () => Promise<unknown>, error: object][] = [
    ['an unknown gate', () => put({ gates: { vibes: {} } }), { code: 'policy_malformed', field: 'spec.gates' }],
    [
      'more than everybody',
      () => put({ stages: [{ name: 'a', size: { percent: 101 } }] }),
      { code: 'policy_malformed' },
    ],
    [
      'a day that is not in the calendar',
      () => put({ freezes: [{ from: '2026-02-31', until: '2026-03-01' }] }),
      { code: 'policy_malformed', field: 'spec.freezes.0.from' },
    ],
    [
      'a stage that adds nobody',
      () => put({ stages: [...stages, { name: 'more', size: { percent: 100 } }] }),
      { code: 'policy_malformed', field: 'spec.stages.1.size' },
    ],
    ['a name that is none', () => put({}, { name: 'No Name' }), { code: 'policy_malformed', field: 'name' }],
    ['a change of a built-in one', () => put({}, { name: 'standard' }), { code: 'policy_built_in', kind: 'refused' }],
    ['the removal of a built-in one', () => remove('standard'), { code: 'policy_built_in' }],
    ['the removal of one that is not there', () => remove('careful'), { code: 'policy_unknown' }],
    [
      'a change to what somebody else has written meanwhile',
      () => put({ onFailure: 'revert' }, { expectedRevision: 3 }),
      { code: 'policy_changed_meanwhile', expected: '0' },
    ],
  ];
  it.each(refused)('refuses %s', async (_, attempt, error) => {
    await expect(attempt()).rejects.toMatchObject(error);
    expect((await list(database.db)).rows).toEqual([]);
  });

  it('is gone when it was removed', async () => {
    await put({});
    await remove('careful');
    expect((await listPolicies(database.db)).map(({ name }) => name)).toEqual(['standard']);
  });

  it('that is built in is one the schema takes', async () => {
    for (const { spec } of await listPolicies(database.db)) expect(policySpec.safeParse(spec).success).toBe(true);
  });
});
