import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { devicePresence, devices, eq, siteLog, sites, streams, telemetry } from '../../../platform/db/index.ts';
import { markSeen } from '../../../sites/devices/index.ts';
import { createRollout } from '../create.ts';
import { advanceRollout } from '../look.ts';
import { startRollout } from '../orders/start.ts';
import { createRolloutWorld, type RolloutWorld } from '../testing/rollout-world.ts';
import { forecastPlan, forecastRollout } from './index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: RolloutWorld;
beforeAll(async () => {
  world = await createRolloutWorld();
});
afterEach(async () => {
  await world.reset();
  await world.deps.database.transaction(async (tx) => {
    await tx.delete(telemetry);
    await tx.delete(streams);
    await tx.delete(siteLog);
    await tx.delete(devicePresence);
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const names = (count: number, prefix = 'gw') => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const PLAN = {
  line: 'delay',
  version: '1.2.0',
  stages: [
    { name: 'canary', size: { count: 4 } },
    { name: 'all', size: { percent: 100 } },
  ],
};

it('draws the very devices that the rollout draws when it opens', async () => {
  await world.addDevices(names(12));
  await world.addDevices(['odd'], { profile: 'no-such-profile' });
  const { deps } = world;
  const foreseen = await forecastPlan(deps, PLAN);
  expect(foreseen.stages.map(({ name, selected, devices: adds }) => [name, selected, adds])).toEqual([
    ['canary', 13, 4],
    ['all', 13, 8],
  ]);
  expect(foreseen.fit.unfit).toMatchObject([{ profile: 'no-such-profile', count: 1, devices: ['odd'] }]);
  const { id } = await createRollout(deps, 'user:ana', PLAN);
  expect(await forecastRollout(deps, id)).toEqual(foreseen);

  await startRollout(deps, 'user:ana', id, { reason: '' });
  await advanceRollout(deps, id);
  const given = (await world.allGiven()).map(({ device }) => device).toSorted();
  const drawn = foreseen.devices.filter(({ stage }) => stage === 'canary').map(({ device }) => device);
  expect(given).toEqual(drawn);

  // What has been given costs nothing more.
  const left = await forecastRollout(deps, id);
  expect(left.devices.filter(({ bytes }) => bytes.total > 0)).toHaveLength(8);
  expect(left.stages.map((stage) => stage.opensAfterMs)).toEqual([0, 0]);
  // The stage that has opened is what it is; the next one would draw from everybody.
  expect(left.stages.map(({ name, selected, devices: adds }) => [name, selected, adds])).toEqual([
    ['canary', 4, 4],
    ['all', 13, 8],
  ]);
});

it('reads limits, prices, presence, what runs and what was asked', async () => {
  const { deps, clock } = world;
  const now = clock.now();
  await world.addSite('north', 'Europe/Berlin');
  await world.addDevices(['gw-a', 'gw-b'], { isOnline: false, lastSeenAt: now - 40 * DAY_MS });
  await deps.database.transaction(async (tx) => {
    await tx.update(sites).set({ costPerMb: 3 }).where(eq(sites.id, 'north'));
    for (let ago = 0; ago < 14; ago += 1) await markSeen(tx, 'gw-a', now + 2 * HOUR_MS - (ago + 1) * DAY_MS);
    await tx
      .update(devices)
      .set({ lastSeenAt: now - DAY_MS })
      .where(eq(devices.id, 'gw-a'));
    const row = { stream: 'stream-a', device: 'gw-a', site: 'north', kind: 'prediction', line: 'delay' };
    await tx.insert(telemetry).values(
      Array.from({ length: 70 }, (_, seq) => ({
        ...row,
        seq,
        at: now - seq * HOUR_MS,
        activity: `A-${seq}`,
        body: '{}',
        receivedAt: now,
      })),
    );
    const plan = { startAt: now, dueAt: now + 2 * DAY_MS, values: {} };
    const entry = { id: 'entry-0001', activity: 'A-1', base: null, actor: 'ana', at: now, field: 'plan', value: plan };
    const { value: _value, base: _base, actor: _actor, ...columns } = entry;
    await tx.insert(siteLog).values({ ...columns, site: 'north', cursor: 1, entry: JSON.stringify(entry) });
    const link = { monthFrom: now, upBytes: 500, downBytes: 500, limitBytes: 2000 };
    await tx
      .update(devices)
      .set({ report: JSON.stringify({ link }) })
      .where(eq(devices.id, 'gw-a'));
  });
  const found = await forecastPlan(deps, {
    ...PLAN,
    stages: [{ name: 'all', size: { percent: 100 } }],
    gates: { quality: { worseBy: 0.01 } },
  });
  const [stage] = found.stages;
  expect(stage).toMatchObject({ devices: 2, online: 0, silent: ['gw-b'], unknown: 1 });
  expect(stage?.within).toEqual({ hour: 0, day: 0.5, week: 0.5 });
  expect(found.bytes.over).toMatchObject([{ device: 'gw-a', usedBytes: 1000, limitBytes: 2000 }]);
  expect(found.bytes.sites).toMatchObject([{ site: 'north', costPerMb: 3 }]);
  expect(stage?.gates.find(({ gate }) => gate === 'quality')?.sentence).toContain('about 1 outcome of the candidate');
});

it.each([
  ['a field of the plan', { ...PLAN, stages: [] }, { code: 'rollout_plan_malformed', field: 'stages' }],
  ['an unknown version', { ...PLAN, version: '9.9.9' }, { code: 'model_unknown' }],
  [
    'an unknown group',
    { ...PLAN, stages: [{ name: 'x', group: 'nobody', size: { count: 1 } }] },
    { code: 'group_unknown' },
  ],
])('refuses %s with its code', async (_what, plan, error) => {
  await expect(forecastPlan(world.deps, plan)).rejects.toMatchObject(error);
  await expect(forecastRollout(world.deps, 'r-none')).rejects.toMatchObject({ code: 'rollout_unknown' });
});

it('says that the fleet is empty, rather than failing', async () => {
  const found = await forecastPlan(world.deps, PLAN);
  expect(found.warnings.map(({ level }) => level).slice(0, 2)).toEqual(['refused', 'refused']);
  expect(found.devices).toEqual([]);
});
