import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOfContact, nextContactQuantile } from './contact.ts';
import { DAY_MS, dayOf, HOUR_MS } from './mark-seen.ts';
import type { DayPresence } from './presence-of.ts';

/** A Wednesday, half past nine. */
const NOW = Date.UTC(2026, 4, 13, 9, 30);
const ALWAYS = 2 ** 24 - 1;
const hour = (of: number) => 1 << of;

/** Today, up to now, and days before it, oldest first; `hoursOn` answers by the day of the week, 0 for Sunday. */
const past = (days: number, hoursOn: (weekday: number, ago: number) => number): DayPresence[] =>
  Array.from({ length: days + 1 }, (_, i) => days - i).flatMap((ago) => {
    const hours = hoursOn(new Date(NOW - ago * DAY_MS).getUTCDay(), ago);
    return hours === 0 ? [] : [{ day: dayOf(NOW) - ago, hours }];
  });
const isWorkday = (weekday: number) => weekday > 0 && weekday < 6;
const chance = (presence: DayPresence[], withinMs: number, now = NOW) => chanceOfContact(presence, { now, withinMs });

describe('the chance of contact', () => {
  it.each<[string, DayPresence[], number, number]>([
    ['is 1 for a device that is always there', past(28, () => ALWAYS), 0, 1],
    ['is 1 within a day for one that is heard each night', past(28, () => hour(2)), DAY_MS, 1],
    ['is 0 before the night comes', past(28, () => hour(2)), 4 * HOUR_MS, 0],
    ['counts the hour that runs', past(28, () => hour(9)), 0, 1],
    ['does not count the hour that is over', past(28, () => hour(8)), HOUR_MS, 0],
    ['counts hours that begin within', past(28, () => hour(11)), 1.5 * HOUR_MS, 1],
    ['does not count hours that begin later', past(28, () => hour(11)), 1.5 * HOUR_MS - 1, 0],
    ['takes a wait of months for 14 days', past(28, (_, ago) => (ago % 10 === 0 ? ALWAYS : 0)), 90 * DAY_MS, 1],
  ])('%s', (_what, presence, withinMs, wanted) => {
    expect(chance(presence, withinMs)).toBeCloseTo(wanted, 10);
  });

  it('is that of the weekday, where days of the week differ', () => {
    const working = past(28, (weekday) => (isWorkday(weekday) ? ALWAYS : 0));
    const sunday = NOW + 4 * DAY_MS;
    expect(chance(working, 0)).toBeGreaterThan(0.85);
    expect(chance(working, 0, sunday)).toBeLessThan(0.3);
  });

  it('of a young device is by the days it has', () => {
    expect(chance([{ day: dayOf(NOW) - 2, hours: ALWAYS }], 0)).toBeCloseTo(0.5, 10);
  });

  it.each([
    ['was never heard', []],
    ['was first heard today', [{ day: dayOf(NOW), hours: hour(8) }]],
  ])('is unknown of a device that %s', (_what, presence) => {
    expect(chance(presence, HOUR_MS)).toBeUndefined();
    expect(nextContactQuantile(presence, { now: NOW, quantile: 0.5 })).toBeUndefined();
  });

  it('is not drawn down by days whose answer is still to come', () => {
    // Heard every fourth day: within four days it always is.
    const presence = past(28, (_, ago) => (ago % 4 === 0 ? ALWAYS : 0));
    expect(chance(presence, 4 * DAY_MS)).toBe(1);
  });

  it('lies between 0 and 1 and rises with the time, by any history', () => {
    const histories = array(integer({ min: 0, max: ALWAYS }), { minLength: 1, maxLength: 40 });
    assert(
      property(histories, integer({ min: 0, max: 24 }), (days, hours) => {
        const presence = past(days.length, (_, ago) => days[ago] ?? 0);
        const [sooner, later] = [chance(presence, hours * HOUR_MS), chance(presence, 24 * HOUR_MS)];
        if (sooner === undefined || later === undefined) return sooner === later;
        return sooner >= 0 && sooner <= later && later <= 1;
      }),
    );
  });
});

describe('the time until contact', () => {
  it.each<[string, DayPresence[], number, number | undefined]>([
    ['is 0 where the device is always there', past(28, () => ALWAYS), 0.99, 0],
    ['is until the night where it is heard then', past(28, () => hour(2)), 0.95, 16.5 * HOUR_MS],
    ['is unknown where it was not heard so often', past(28, (_, ago) => (ago > 20 ? hour(9) : 0)), 0.95, undefined],
  ])('%s', (_what, presence, quantile, wanted) => {
    expect(nextContactQuantile(presence, { now: NOW, quantile })).toBe(wanted);
  });

  it('is longer for a greater chance', () => {
    const presence = past(28, (_, ago) => (ago % 3 === 0 ? 0 : hour(14)));
    const [half, most] = [0.5, 0.95].map((quantile) => nextContactQuantile(presence, { now: NOW, quantile }));
    expect([half, most]).toEqual([4.5 * HOUR_MS, 28.5 * HOUR_MS]);
  });
});
