import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, wall } from '../testing/small-schedule.ts';
import {
  createWorkingTime,
  DAY_MS,
  HOUR_MS,
  intersectCalendars,
  mergeShifts,
  NetworkError,
  standardWeek,
  weekdayOf,
  type WorkCalendar,
} from '../network/index.ts';

const shift = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
  .map(([start, length]) => ({ startMs: start * HOUR_MS, endMs: Math.min(24, start + length) * HOUR_MS }));
const day = fc.array(shift, { maxLength: 3 }).map(mergeShifts);
const FIRST_DAY = 20_000;
const calendars: fc.Arbitrary<WorkCalendar> = fc
  .record({
    week: fc.array(day, { minLength: 7, maxLength: 7 }),
    exceptions: fc.array(fc.tuple(fc.integer({ min: FIRST_DAY, max: FIRST_DAY + 40 }), day), { maxLength: 12 }),
  })
  .filter(({ week }) => week.some((shifts) => shifts.length > 0))
  .map(({ week, exceptions }) => ({ id: 'c', name: 'c', week, exceptions: new Map(exceptions), dayMs: 8 * HOUR_MS }));
const hours = fc.integer({ min: FIRST_DAY * 24 - 300, max: (FIRST_DAY + 60) * 24 });

/** Hour by hour, as somebody with a pencil would count. */
function countHours(calendar: WorkCalendar, from: number, to: number): number {
  let count = 0;
  for (let hour = from; hour < to; hour++) {
    const number = Math.floor(hour / 24);
    const shifts = calendar.exceptions.get(number) ?? calendar.week[weekdayOf(number)]!;
    const within = (hour - number * 24) * HOUR_MS;
    if (shifts.some(({ startMs, endMs }) => startMs <= within && within < endMs)) count++;
  }
  return count;
}

describe('working time', () => {
  it('counts what a pencil counts', () => {
    fc.assert(
      fc.property(calendars, hours, fc.integer({ min: 0, max: 400 }), (calendar, from, length) => {
        const time = createWorkingTime(calendar);
        const counted = countHours(calendar, from, from + length);
        expect(time.between(from * HOUR_MS, (from + length) * HOUR_MS)).toBe(counted * HOUR_MS);
      }),
    );
  });

  it('gives back what was added, however holidays and shifts lie', () => {
    fc.assert(
      fc.property(calendars, hours, fc.integer({ min: 1, max: 5_000 }), (calendar, from, tenths) => {
        const time = createWorkingTime(calendar);
        const work = tenths * (HOUR_MS / 10);
        const start = time.nextStart(from * HOUR_MS);
        const finish = time.add(start, work);
        expect(time.between(start, finish)).toBe(work);
        expect(time.nextStart(time.add(finish, -work))).toBe(start);
        expect(time.startAt(time.workAt(finish) - work)).toBe(start);
      }),
    );
  });

  it('writes the first moment as a finish and the last as a start, with no work in between', () => {
    fc.assert(
      fc.property(calendars, hours, (calendar, hour) => {
        const time = createWorkingTime(calendar);
        const now = hour * HOUR_MS;
        const [finish, start] = [time.lastFinish(now), time.nextStart(now)];
        expect(finish).toBeLessThanOrEqual(now);
        expect(start).toBeGreaterThanOrEqual(now);
        expect(time.between(finish, start)).toBe(0);
        expect(time.between(finish - 1, finish)).toBe(1);
        expect(time.between(start, start + 1)).toBe(1);
      }),
    );
  });

  it('knows no summer time: the night the clocks change is as long as any other', () => {
    const time = createWorkingTime(standardWeek('office', 'office'));
    expect(wall(time.add(at('2026-03-27 16:00'), 2 * HOUR_MS))).toBe('2026-03-30 09:00');
    expect(time.between(at('2026-03-28 00:00'), at('2026-03-30 08:00'))).toBe(0);
  });

  it('is what two calendars share', () => {
    fc.assert(
      fc.property(calendars, calendars, hours, (a, b, hour) => {
        const both = intersectCalendars('both', a, b);
        if (!both.week.some((shifts) => shifts.length > 0)) return;
        const [from, to] = [hour * HOUR_MS, hour * HOUR_MS + 3 * DAY_MS];
        const shared = createWorkingTime(both).between(from, to);
        expect(shared).toBeLessThanOrEqual(createWorkingTime(a).between(from, to));
        expect(shared).toBe(countHours(both, hour, hour + 72) * HOUR_MS);
      }),
    );
  });

  it('is refused of a calendar on which nothing would ever finish', () => {
    const idle = { ...standardWeek('idle', 'idle'), week: Array.from({ length: 7 }, () => []) };
    expect(() => createWorkingTime(idle)).toThrow(NetworkError);
    expect(() => createWorkingTime(idle)).toThrow("calendar 'idle' (idle) has no working time in any week");
  });
});
