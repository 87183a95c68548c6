import { describe, expect, it } from 'vitest';
import { createRolloutWorld } from '../../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { playHawkbit } from './hawkbit.ts';
import { drawDevices, FLEET } from './outcome-model.ts';
import { widePlan } from './plans.ts';
import { play } from './play.ts';
import { quantile, wilson } from './summary.ts';
import { playWhole, shortPlan } from './whole-engine.ts';

const HOUR_MS = 3_600_000;
const RELEASES = 40;
/** The canary, its soak, and the first hours of the quarter: a bad release is known by then. */
const OPTIONS = { model: FLEET, lookMs: 600_000, untilMs: 30 * HOUR_MS };

/** Releases that fail on this share of devices, one for each seed. */
function played(failing: number) {
  return Array.from({ length: RELEASES }, (_, i) => {
    const seed = i + 1;
    return play(widePlan(seed), drawDevices(FLEET, failing, seed), OPTIONS);
  });
}

describe(`of ${RELEASES} releases over a fleet of ${FLEET.devices}`, () => {
  it('that are good none is stopped, and nearly all go on beyond the canary', () => {
    const good = played(0.005);
    expect(good.filter(({ verdict }) => verdict === 'stopped')).toEqual([]);
    expect(good.filter(({ stage }) => stage > 0).length).toBeGreaterThanOrEqual(0.95 * RELEASES);
  });

  it('that fail on a tenth of the devices 95 % reach at most the canary and 5 % of the fleet', () => {
    const limit = 0.1 * FLEET.devices;
    const far = played(0.1).filter(({ exposed }) => exposed > limit);
    expect(far.length).toBeLessThanOrEqual(0.05 * RELEASES);
  });
});

describe('a release that fails on every device that is there', () => {
  const away = { ...FLEET, away: 0.9, returning: 0 };

  it('is stopped within the canary, where shares of all targets never stop it', () => {
    const devices = drawDevices(away, 1, 3);
    const ours = play(widePlan(3), devices, { ...OPTIONS, model: away });
    expect(ours).toMatchObject({ verdict: 'stopped', stage: 0, gate: 'failures' });
    expect(playHawkbit(widePlan(3), devices, OPTIONS.untilMs).verdict).toBe('stuck');
  });
});

it.each([
  ['good', 0, 'completed'],
  ['failing on half of the devices', 0.5, 'stopped'],
])('the whole engine says of a release that is %s what its parts say', async (_, failing, verdict) => {
  await using world = await createRolloutWorld();
  const model = { ...FLEET, devices: 60, away: 0.05 };
  const options = { model, lookMs: 1_200_000, untilMs: 60 * HOUR_MS };
  const plan = { ...shortPlan(5), stages: shortPlan(5).stages.map(({ gates: _own, ...stage }) => stage) };
  const devices = drawDevices(model, failing, 5);
  const { stage, exposed, endedAt, ...parts } = play(plan, devices, options);
  expect(parts.verdict).toBe(verdict);
  expect(await playWhole(world, plan, devices, options)).toEqual({ verdict, stage, exposed, endedAt });
});

describe('figures', () => {
  it.each([
    [0, 1000, 0, 0.00383],
    [10, 1000, 0.00544, 0.0183],
    [5, 10, 0.2366, 0.7634],
  ])('of %d of %d lie between %d and %d (Wilson)', (count, trials, low, high) => {
    expect(wilson(count, trials).low).toBeCloseTo(low, 4);
    expect(wilson(count, trials).high).toBeCloseTo(high, 4);
  });

  it('have quantiles that were measured', () => {
    expect([0, 0.5, 0.95, 1].map((share) => quantile([3, 1, 2, 4], share))).toEqual([1, 2, 4, 4]);
  });
});
