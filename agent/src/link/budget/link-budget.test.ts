import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import type { DeviceSettings } from '@plumbline/shared/trust';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthOf } from '../../calendar.ts';
import { createMemoryStore, type MemoryStore } from '../../testing/memory-store.ts';
import { createJournal } from '../outbox/journal.ts';
import { openHeads } from '../outbox/head.ts';
import { createLinkBudget } from './link-budget.ts';

const DAY_MS = 86_400_000;
const JANUARY = Date.UTC(2026, 0, 1);
const FEBRUARY = Date.UTC(2026, 1, 1);
const MARCH = Date.UTC(2026, 2, 1);
const LIMIT = 1_000_000;

interface World {
  store?: MemoryStore;
  settings?: DeviceSettings;
  /** What the clock shows. */
  at?: number;
  signedAt?: number;
}

async function open({ store = createMemoryStore(), settings = {}, at = JANUARY + 10 * DAY_MS, signedAt }: World = {}) {
  const timers = createVirtualClock(0);
  const time = { clock: at, signed: signedAt ?? at, running: 0 };
  const clock = { now: () => time.clock, after: timers.after };
  const heads = await openHeads(store, createSeededRandom(1));
  const journal = createJournal({ store, clock: timers }, heads);
  const told: number[] = [];
  const budget = await createLinkBudget({
    clock,
    store,
    journal,
    settings: () => settings,
    monthlyBytes: LIMIT,
    known: () => ({
      trustedNow: Math.max(time.clock, time.signed),
      timeFloor: time.signed,
      runningMs: time.running,
    }),
    onSpent: ({ monthFrom }) => told.push(monthFrom),
  });
  return { budget, time, store, told, settle: () => timers.advance(300) };
}

describe('the month of a link', () => {
  it('lets everything travel until it is spent, then only what is essential, until the next one', async () => {
    const { budget, time, told } = await open();
    budget.count(LIMIT - 100, 'up', 'telemetry');
    expect(budget.admit(100, 'install')).toEqual({ ok: true });
    for (const purpose of ['install', 'telemetry'] as const) {
      expect(budget.admit(101, purpose)).toEqual({
        ok: false,
        until: FEBRUARY,
        reason: 'link_budget',
        detail: '101 bytes; 100 of 1000000 are left this month',
      });
    }
    expect(budget.admit(10 * LIMIT, 'essential')).toEqual({ ok: true });
    expect(told).toEqual([JANUARY]);
    time.clock = time.signed = FEBRUARY;
    expect(budget.admit(LIMIT, 'install')).toEqual({ ok: true });
    expect(budget.spent()).toEqual({ monthFrom: FEBRUARY, upBytes: 0, downBytes: 0, limitBytes: LIMIT });
  });

  it('counts both directions together, and tells them apart', async () => {
    const { budget } = await open();
    budget.count(300, 'up', 'telemetry');
    budget.count(200, 'down', 'install');
    expect(budget.spent()).toMatchObject({ upBytes: 300, downBytes: 200 });
    expect(budget.admit(LIMIT - 500, 'install').ok).toBe(true);
    expect(budget.admit(LIMIT - 499, 'install').ok).toBe(false);
  });

  it('takes the limit of the assignment before the one of the profile', async () => {
    const { budget } = await open({ settings: { linkMonthlyBytes: 5 } });
    expect(budget.admit(6, 'telemetry')).toMatchObject({ ok: false, reason: 'link_budget' });
    expect(budget.spent().limitBytes).toBe(5);
  });

  it('survives a restart, after the next group commit', async () => {
    const first = await open();
    first.budget.count(700, 'up', 'telemetry');
    await first.settle();
    first.budget.count(50, 'down', 'telemetry');
    await first.settle();
    const { budget } = await open({ store: first.store.crash() });
    expect(budget.spent()).toMatchObject({ monthFrom: JANUARY, upBytes: 700, downBytes: 50 });
  });

  it('is not opened again by a clock that goes back', async () => {
    const { budget, time } = await open({ at: JANUARY + DAY_MS });
    expect(budget.spent().monthFrom).toBe(JANUARY);
    time.running = 31 * DAY_MS;
    time.clock = FEBRUARY + DAY_MS;
    expect(budget.spent().monthFrom).toBe(FEBRUARY);
    budget.count(LIMIT, 'up', 'telemetry');
    for (const at of [0, JANUARY, FEBRUARY]) {
      time.clock = at;
      expect(budget.spent()).toMatchObject({ monthFrom: FEBRUARY, upBytes: LIMIT });
    }
  });

  it('does not follow a clock that is years ahead, and has not lost its months when it is right again', async () => {
    const { budget, time } = await open({ at: JANUARY });
    budget.count(LIMIT, 'up', 'telemetry');
    time.clock = Date.UTC(2036, 0, 1);
    expect(budget.spent()).toMatchObject({ monthFrom: JANUARY, upBytes: LIMIT });
    time.running = 2 * DAY_MS;
    expect(budget.spent()).toMatchObject({ monthFrom: JANUARY, upBytes: LIMIT });
    time.running = 10 * DAY_MS;
    expect(budget.spent()).toMatchObject({ monthFrom: FEBRUARY, upBytes: 0 });
    budget.count(7, 'up', 'telemetry');
    time.clock = MARCH;
    time.running = 59 * DAY_MS;
    expect(budget.spent()).toMatchObject({ monthFrom: MARCH, upBytes: 0 });
  });

  it('of a device that was switched off comes with signed time', async () => {
    const first = await open({ at: JANUARY });
    first.budget.count(LIMIT, 'up', 'telemetry');
    await first.settle();
    const { budget, time } = await open({
      store: first.store.crash(),
      at: MARCH + 40 * DAY_MS,
      signedAt: JANUARY,
    });
    expect(budget.admit(1, 'telemetry').ok).toBe(false);
    time.signed = MARCH;
    expect(budget.admit(1, 'telemetry').ok).toBe(true);
  });

  it('row 27: never spends more than its months, wherever the clock jumps', async () => {
    const jump = fc.record({
      days: fc.integer({ min: 0, max: 25 }),
      clock: fc.constantFrom(0, JANUARY, FEBRUARY, MARCH, Date.UTC(2036, 5, 1), undefined),
      restart: fc.boolean(),
      signs: fc.boolean(),
    });
    const holds = fc.asyncProperty(fc.array(jump, { maxLength: 20 }), async (jumps) => {
      let realNow = JANUARY + 2 * DAY_MS;
      let world = await open({ at: realNow, signedAt: realNow });
      let spentBytes = 0;
      for (const { days, clock, restart, signs } of jumps) {
        realNow += days * DAY_MS;
        const { running, signed } = world.time;
        if (restart) {
          await world.settle();
          world = await open({ store: world.store.crash(), at: realNow, signedAt: signed });
        }
        world.time.running = running + days * DAY_MS;
        world.time.signed = signs ? realNow : signed;
        world.time.clock = clock ?? realNow;
        while (world.budget.admit(LIMIT / 4, 'telemetry').ok) {
          world.budget.count(LIMIT / 4, 'up', 'telemetry');
          spentBytes += LIMIT / 4;
        }
        // Four weeks of the next month may be believed early.
        const { year, month } = monthOf((realNow + 28 * DAY_MS) / DAY_MS);
        expect(spentBytes).toBeLessThanOrEqual(LIMIT * ((year - 2026) * 12 + month));
      }
    });
    expect(await fc.check(holds, { seed: 3, numRuns: 200 })).toMatchObject({ failed: false });
  });
});

describe('quiet hours', () => {
  const minute = 60_000;
  const noon = JANUARY + 10 * DAY_MS + 12 * 60 * minute;
  it.each<[string, number, number, number, number | undefined]>([
    ['inside', 600, 800, noon, noon + 80 * minute],
    ['at their end', 600, 720, noon, undefined],
    ['at their beginning', 720, 721, noon, noon + minute],
    ['outside', 800, 900, noon, undefined],
    ['past midnight, in the evening', 700, 60, noon, noon + 13 * 60 * minute],
    ['past midnight, in the morning', 1320, 780, noon, noon + 60 * minute],
    ['past midnight, outside', 1320, 360, noon, undefined],
    ['of no length', 720, 720, noon, undefined],
  ])('%s', async (_what, linkQuietFromMinute, linkQuietUntilMinute, at, until) => {
    const { budget } = await open({ at, settings: { linkQuietFromMinute, linkQuietUntilMinute } });
    const answer = until === undefined ? { ok: true } : { ok: false, until, reason: 'outside_window' };
    expect(budget.admit(10, 'telemetry')).toMatchObject(answer);
    expect(budget.admit(10, 'install')).toMatchObject(answer);
    expect(budget.admit(10, 'essential')).toEqual({ ok: true });
  });

  it('are nobody knows when, while the clock stands behind signed time', async () => {
    const settings = { linkQuietFromMinute: 0, linkQuietUntilMinute: 1439 };
    const { budget } = await open({ at: 0, signedAt: noon, settings });
    expect(budget.admit(10, 'telemetry')).toEqual({ ok: true });
  });
});

describe('the cap of a link', () => {
  it('holds the average over time, and lets no jump of the clock through', async () => {
    const settings = { linkKbps: 8 };
    const { budget, time } = await open({ settings });
    const begun = time.clock;
    let sentBytes = 0;
    for (let n = 0; n < 50; n += 1) {
      const delayMs = budget.delayMs(1500);
      time.clock += delayMs;
      expect(budget.delayMs(1500)).toBe(0);
      budget.count(1500, 'up', 'telemetry');
      sentBytes += 1500;
    }
    expect(sentBytes).toBeLessThanOrEqual(time.clock - begun + 2000 + 1500);
    expect(sentBytes).toBeGreaterThan((time.clock - begun) * 0.9);
    time.clock += 365 * DAY_MS;
    budget.count(2000, 'up', 'telemetry');
    expect(budget.delayMs(1500)).toBe(1500);
    time.clock = 0;
    expect(budget.delayMs(1500)).toBeLessThanOrEqual(1500);
  });

  it('makes a frame larger than a full bucket wait for a full one, and the next one for its debt', async () => {
    const { budget, time } = await open({ settings: { linkKbps: 8 } });
    expect(budget.delayMs(60_000)).toBe(0);
    budget.count(60_000, 'down', 'install');
    expect(budget.delayMs(10)).toBe(58_010);
    time.clock += 58_010;
    expect(budget.delayMs(10)).toBe(0);
  });

  it('is none without a setting', async () => {
    const { budget } = await open();
    budget.count(LIMIT, 'up', 'telemetry');
    expect(budget.delayMs(LIMIT)).toBe(0);
  });
});
