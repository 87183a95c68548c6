import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  intersectCalendars,
  mergeShifts,
  sameTime,
  standardWeek,
  weekdayOf,
  type Shift,
  type WorkCalendar,
} from './work-calendar.ts';

const hours = (from: number, until: number): Shift => ({ startMs: from * HOUR_MS, endMs: until * HOUR_MS });
const office = standardWeek('a', 'office');
const MONDAY = Date.UTC(2026, 5, 15) / DAY_MS;
const closedOn = (day: number, shifts: readonly Shift[] = []): WorkCalendar => ({
  ...office,
  exceptions: new Map([[day, shifts]]),
});

describe('two calendars have the same working time', () => {
  it.each([
    ['whatever they are called', standardWeek('b', 'another'), true],
    ['with an exception that changes nothing', closedOn(MONDAY, office.week[1]), true],
    ['not where one works an hour longer', { ...office, week: office.week.map(() => [hours(8, 18)]) }, false],
    ['not where one begins earlier', { ...office, week: office.week.map((day) => day.map(earlier)) }, false],
    ['not where one has a shift more', { ...office, week: office.week.map((day) => [...day, hours(20, 22)]) }, false],
    ['not where one is closed on a day', closedOn(MONDAY), false],
  ])('%s', (_what, other: WorkCalendar, isSame) => {
    expect([sameTime(office, other), sameTime(other, office)]).toEqual([isSame, isSame]);
  });
});

function earlier({ startMs, endMs }: Shift): Shift {
  return { startMs: startMs - HOUR_MS, endMs };
}

it('shifts that overlap or touch are one, in order, and empty ones none', () => {
  expect(mergeShifts([hours(13, 17), hours(8, 10), hours(10, 12), hours(9, 11), hours(20, 20)])).toEqual([
    hours(8, 12),
    hours(13, 17),
  ]);
});

it('a resource on an activity works when both do, exceptions of either one included', () => {
  const early: WorkCalendar = { ...office, id: 'b', week: office.week.map(() => [hours(6, 14)]) };
  const both = intersectCalendars('both', closedOn(MONDAY), early);
  expect(both.week[1]).toEqual([hours(8, 12), hours(13, 14)]);
  expect(both.week[0]).toEqual([]);
  expect(both.exceptions.get(MONDAY)).toEqual([]);
});

it('knows the weekday of a day before 1970, too', () => {
  expect([MONDAY, 0, -4].map(weekdayOf)).toEqual([1, 4, 0]);
});
