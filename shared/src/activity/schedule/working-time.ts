import { NetworkError } from './errors.ts';
import type { WallTime } from './schedule.ts';
import { DAY_MS, lengthOf, shiftsOf, WEEK_DAYS, weekdayOf, type Shift, type WorkCalendar } from './work-calendar.ts';

/** Arithmetic over the working time of one calendar; every call is logarithmic in the number of exceptions. */
export interface WorkingTime {
  calendar: WorkCalendar;
  /** Working ms from a fixed anchor to `at`: differences of two are working time. */
  workAt(at: WallTime): number;
  /** The first moment at which so much work is done: how a finish is written (17:00). */
  finishAt(work: number): WallTime;
  /** The last moment before more work is done: how a start is written (08:00 of the next day). */
  startAt(work: number): WallTime;
  /** Working ms from `from` to `to`, negative when `to` is earlier. */
  between(from: WallTime, to: WallTime): number;
  /** `from` plus working time as a finish; negative goes back. */
  add(from: WallTime, workMs: number): WallTime;
  /** The same moment, or the start of the next work. */
  nextStart(at: WallTime): WallTime;
  /** The same moment, or the end of the work before. */
  lastFinish(at: WallTime): WallTime;
}

/** @throws NetworkError `calendar_without_work` when no week has working time */
export function createWorkingTime(calendar: WorkCalendar): WorkingTime {
  const before = [0];
  for (const shifts of calendar.week) before.push(before.at(-1)! + lengthOf(shifts));
  const week = before[WEEK_DAYS]!;
  if (!(week > 0)) throw withoutWork(calendar);

  /** Working time before a day if no day were an exception. The anchor is a Sunday. */
  const regularBefore = (day: number) => Math.floor((day + ANCHOR) / WEEK_DAYS) * week + before[weekdayOf(day)]!;

  const days = [...calendar.exceptions.keys()].toSorted((a, b) => a - b);
  /** What the exceptions before each one add up to, against their weekdays; one more than there are exceptions. */
  const shifted = [0];
  for (const day of days) {
    const usual = lengthOf(calendar.week[weekdayOf(day)] ?? []);
    shifted.push(shifted.at(-1)! + lengthOf(calendar.exceptions.get(day) ?? []) - usual);
  }
  const workBefore = (index: number) => regularBefore(days[index]!) + shifted[index]!;

  const workAt = (at: WallTime) => {
    const day = Math.floor(at / DAY_MS);
    const passed = countWhere(days.length, (index) => days[index]! < day);
    return regularBefore(day) + shifted[passed]! + workWithin(shiftsOf(calendar, day), at - day * DAY_MS);
  };
  const finishAt = (work: number) => {
    const index = countWhere(days.length, (i) => workBefore(i) < work) - 1;
    const rest = index < 0 ? 0 : work - workBefore(index);
    const shifts = index < 0 ? [] : calendar.exceptions.get(days[index]!)!;
    if (index >= 0 && rest <= lengthOf(shifts)) return days[index]! * DAY_MS + finishWithin(shifts, rest);
    const regular = work - shifted[index + 1]!;
    const weeks = Math.ceil(regular / week) - 1;
    const left = regular - weeks * week;
    const weekday = before.findIndex((_, day) => before[day + 1]! >= left);
    return dayAt(weeks, weekday) + finishWithin(calendar.week[weekday]!, left - before[weekday]!);
  };
  const startAt = (work: number) => {
    const index = countWhere(days.length, (i) => workBefore(i) <= work) - 1;
    const rest = index < 0 ? 0 : work - workBefore(index);
    const shifts = index < 0 ? [] : calendar.exceptions.get(days[index]!)!;
    if (index >= 0 && rest < lengthOf(shifts)) return days[index]! * DAY_MS + startWithin(shifts, rest);
    const regular = work - shifted[index + 1]!;
    const weeks = Math.floor(regular / week);
    const left = regular - weeks * week;
    const weekday = before.findIndex((_, day) => before[day + 1]! > left);
    return dayAt(weeks, weekday) + startWithin(calendar.week[weekday]!, left - before[weekday]!);
  };

  return {
    calendar,
    workAt,
    finishAt,
    startAt,
    between: (from, to) => workAt(to) - workAt(from),
    add: (from, workMs) => (workMs === 0 ? from : finishAt(workAt(from) + workMs)),
    nextStart: (at) => startAt(workAt(at)),
    lastFinish: (at) => finishAt(workAt(at)),
  };
}

/** Days from the anchor, Sunday 1969-12-28, to day 0. */
const ANCHOR = 4;

function dayAt(weeks: number, weekday: number): WallTime {
  return (weeks * WEEK_DAYS + weekday - ANCHOR) * DAY_MS;
}

/** How many of the first items hold; the condition holds for a beginning of the list only. */
function countWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function workWithin(shifts: readonly Shift[], untilMs: number): number {
  return shifts.reduce((sum, { startMs, endMs }) => sum + Math.max(0, Math.min(untilMs, endMs) - startMs), 0);
}

function finishWithin(shifts: readonly Shift[], work: number): number {
  let left = work;
  for (const { startMs, endMs } of shifts) {
    if (left <= endMs - startMs) return startMs + left;
    left -= endMs - startMs;
  }
  return shifts.at(-1)?.endMs ?? 0;
}

function startWithin(shifts: readonly Shift[], work: number): number {
  let left = work;
  for (const { startMs, endMs } of shifts) {
    if (left < endMs - startMs) return startMs + left;
    left -= endMs - startMs;
  }
  return shifts.at(-1)?.endMs ?? 0;
}

function withoutWork({ id, name }: WorkCalendar): NetworkError {
  return new NetworkError('calendar_without_work', `calendar '${name}' (${id}) has no working time in any week`, {
    field: `calendars[${id}].week`,
    expected: 'a shift on at least one weekday',
  });
}
