import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { judgePeriod } from '../judge/judge-period.ts';
import type { Period } from '../judge/period.ts';
import { sumByDevice, type DeviceDay } from '../merge/device-days.ts';
import { createEvidenceWorld, DAY_MS, type EvidenceWorld, type Row } from '../testing/evidence-world.ts';
import { judgeApart } from './judge-apart.ts';

const DEVICES = 250;
let database: Database;
let world: EvidenceWorld;

beforeAll(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
  world = await createEvidenceWorld(database);
});
afterAll(() => database.close());

const daysOf = (day: number, draw: (device: number) => Row): DeviceDay[] =>
  Array.from({ length: DEVICES }, (_, i) => ({
    device: `gw-${i}`,
    site: `site-${i % 40}`,
    fromAt: day * DAY_MS,
    toAt: (day + 1) * DAY_MS,
    quarantined: false,
    window: world.count(day, 12, () => draw(i)),
  }));

/** A moved fleet with one stuck sensor, as it is judged beside its past. */
function period(hasPast: boolean): Period {
  const usual = () => world.usual();
  const past = [...daysOf(1, usual), ...daysOf(2, usual)];
  const days = daysOf(3, (i) => ({ ...world.usual(), height: i === 7 ? 2.5 : 3 + world.random() }));
  const history = past.filter(({ fromAt }) => fromAt >= 2 * DAY_MS);
  const belongings = new Map(days.map(({ device }) => [device, { profile: 'linux', groups: ['all'] }]));
  const range = { from: 3 * DAY_MS, to: 4 * DAY_MS };
  const all = { line: 'delay', version: '1.0.0', ...range, reference: world.reference, days, history, belongings };
  return { ...all, devices: sumByDevice(days), ...(hasPast && { past, setAside: [] }) };
}

test.each([true, false])(
  'a large fleet is judged beside this thread, with the same result (past: %s), and nobody waits for it',
  async (hasPast) => {
    const large = period(hasPast);
    const startedMs = performance.now();
    const here = judgePeriod(large, 0.2);
    const tookMs = performance.now() - startedMs;
    expect(here.verdict.alarm).toBe(true);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const there = await judgeApart(large, 0.2);
    delay.disable();
    expect(there).toEqual(here);
    // The longest pause of this thread is a fraction of the work: relative, as machines differ.
    expect(delay.max / 1e6).toBeLessThan(tookMs);
  },
);

test('periods that are judged at once are judged one by one, each from its own days', async () => {
  const both = [period(true), period(false)];
  expect(await Promise.all(both.map((one) => judgeApart(one, 0.2)))).toEqual(both.map((one) => judgePeriod(one, 0.2)));
});

test('one that cannot be judged says so, and spoils none that follows', async () => {
  const broken = { ...period(true), reference: undefined as unknown as Period['reference'] };
  await expect(judgeApart(broken, 0.2)).rejects.toThrow(TypeError);
  const next = period(true);
  expect(await judgeApart(next, 0.2)).toEqual(judgePeriod(next, 0.2));
});
