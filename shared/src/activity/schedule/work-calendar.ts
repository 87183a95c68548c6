export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const WEEK_DAYS = 7;

/** A working period of one day, ms from its midnight: 0 ≤ start < end ≤ 24 h. */
export interface Shift {
  startMs: number;
  endMs: number;
}

/** When work is done. Days are numbered from 1970-01-01, weekdays from Sunday = 0. */
export interface WorkCalendar {
  id: string;
  name: string;
  /** Seven entries, Sunday first; a day off has no shift. */
  week: readonly (readonly Shift[])[];
  /** Days that differ from their weekday. */
  exceptions: ReadonlyMap<number, readonly Shift[]>;
  /** What people call a day, for showing floats in days; working ms. */
  dayMs: number;
  /** The calendar of the file was unusable and this one stands in: dates by it are not those of the planner. */
  replaced?: boolean;
}

/** Around the clock: lags and durations in elapsed time. */
export const ELAPSED_CALENDAR: WorkCalendar = {
  id: 'elapsed',
  name: 'elapsed time',
  week: Array.from({ length: WEEK_DAYS }, () => [{ startMs: 0, endMs: DAY_MS }]),
  exceptions: new Map(),
  dayMs: DAY_MS,
};

const OFFICE_DAY: readonly Shift[] = [
  { startMs: 8 * HOUR_MS, endMs: 12 * HOUR_MS },
  { startMs: 13 * HOUR_MS, endMs: 17 * HOUR_MS },
];

/** What stands in for a calendar that cannot be read: Monday to Friday, 08:00–12:00 and 13:00–17:00. */
export function standardWeek(id: string, name: string): WorkCalendar {
  const week = Array.from({ length: WEEK_DAYS }, (_, day) => (day === 0 || day === 6 ? [] : OFFICE_DAY));
  return { id, name, week, exceptions: new Map(), dayMs: 8 * HOUR_MS };
}

export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (((day + 4) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS;
}

export function shiftsOf(calendar: WorkCalendar, day: number): readonly Shift[] {
  return calendar.exceptions.get(day) ?? calendar.week[weekdayOf(day)] ?? [];
}

export function lengthOf(shifts: readonly Shift[]): number {
  return shifts.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

/** Shifts in order, overlapping and touching ones as one, empty ones dropped. */
export function mergeShifts(shifts: readonly Shift[]): Shift[] {
  const merged: Shift[] = [];
  for (const { startMs, endMs } of shifts.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (endMs <= startMs) continue;
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else merged.push({ startMs, endMs });
  }
  return merged;
}

/** Time that is working time of both: a resource on an activity that has a calendar of its own. */
export function intersectCalendars(id: string, a: WorkCalendar, b: WorkCalendar): WorkCalendar {
  const days = new Set([...a.exceptions.keys(), ...b.exceptions.keys()]);
  return {
    id,
    name: `${a.name} and ${b.name}`,
    week: a.week.map((shifts, day) => intersectShifts(shifts, b.week[day] ?? [])),
    exceptions: new Map([...days].map((day) => [day, intersectShifts(shiftsOf(a, day), shiftsOf(b, day))])),
    dayMs: a.dayMs,
    ...(a.replaced || b.replaced ? { replaced: true } : {}),
  };
}

function intersectShifts(a: readonly Shift[], b: readonly Shift[]): Shift[] {
  return a.flatMap((one) =>
    b
      .map(({ startMs, endMs }) => ({
        startMs: Math.max(one.startMs, startMs),
        endMs: Math.min(one.endMs, endMs),
      }))
      .filter(({ startMs, endMs }) => startMs < endMs),
  );
}

/** True when both have the same working time, whatever they are called. */
export function sameTime(a: WorkCalendar, b: WorkCalendar): boolean {
  if (a === b) return true;
  if (!a.week.every((shifts, day) => sameShifts(shifts, b.week[day] ?? []))) return false;
  return [...a.exceptions.keys(), ...b.exceptions.keys()].every((day) =>
    sameShifts(shiftsOf(a, day), shiftsOf(b, day)),
  );
}

function sameShifts(x: readonly Shift[], y: readonly Shift[]): boolean {
  return (
    x.length === y.length && x.every(({ startMs, endMs }, i) => y[i]!.startMs === startMs && y[i]!.endMs === endMs)
  );
}
