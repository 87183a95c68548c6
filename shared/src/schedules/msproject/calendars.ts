import {
  DAY_MS,
  HOUR_MS,
  mergeShifts,
  standardWeek,
  WEEK_DAYS,
  weekdayOf,
  type Shift,
  type WorkCalendar,
} from '../../activity/schedule/work-calendar.ts';
import { createWorkingTime } from '../../activity/schedule/working-time.ts';
import { messageOf } from '../../errors/index.ts';
import type { ScheduleLimits } from '../errors.ts';
import type { ProblemList } from '../problems.ts';
import { parseWallTime } from '../values.ts';
import { childOf, childrenOf, textOf, type XmlElement } from './elements.ts';
import { daysOf } from './recurring.ts';

/** A calendar as its element says it, before it inherits. */
export interface CalendarElement {
  id: string;
  name: string;
  base: string;
  /** Weekdays it says something about. */
  week: Map<number, readonly Shift[]>;
  exceptions: Map<number, readonly Shift[]>;
  at: string;
}

export function readCalendar(element: XmlElement, limits: ScheduleLimits, problems: ProblemList): CalendarElement {
  const id = textOf(element, 'UID') ?? '';
  const at = `Calendars/Calendar[UID=${id}]`;
  const calendar: CalendarElement = {
    id,
    name: textOf(element, 'Name') ?? id,
    base: textOf(element, 'BaseCalendarUID') ?? '-1',
    week: new Map(),
    exceptions: new Map(),
    at,
  };
  const report = (field: string, message: string, expected: string) =>
    problems.add('calendar_invalid', at, field, message, expected);
  /** The first exception that names a day is in force. */
  const except = (days: readonly number[], shiftsFor: (day: number) => readonly Shift[] | undefined) => {
    for (const day of days) {
      const shifts = shiftsFor(day);
      if (calendar.exceptions.size >= limits.calendarDays) return;
      if (shifts !== undefined && !calendar.exceptions.has(day)) calendar.exceptions.set(day, shifts);
    }
  };
  const periodOf = (one: XmlElement): [number, number] | undefined => {
    const period = childOf(one, 'TimePeriod');
    const from = parseWallTime(textOf(period ?? one, 'FromDate') ?? '');
    const to = parseWallTime(textOf(period ?? one, 'ToDate') ?? '');
    if (from === undefined || to === undefined || to < from) {
      report('TimePeriod', 'a period without two dates in order is left out', 'FromDate ≤ ToDate');
      return undefined;
    }
    const days: [number, number] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
    if (days[1] - days[0] <= limits.calendarDays) return days;
    report('TimePeriod', `a period is cut to ${limits.calendarDays} days`, `at most ${limits.calendarDays} days`);
    return [days[0], days[0] + limits.calendarDays];
  };

  for (const one of childrenOf(childOf(element, 'Exceptions'), 'Exception')) {
    const period = periodOf(one);
    if (period === undefined) continue;
    const shifts = readShifts(one, report);
    except(daysOf({ fromDay: period[0], toDay: period[1], ...recurrenceOf(one) }), () => shifts);
  }
  const weekDays = childrenOf(childOf(element, 'WeekDays'), 'WeekDay');
  for (const day of weekDays) {
    const type = Number(textOf(day, 'DayType'));
    if (type >= 1 && type <= WEEK_DAYS) calendar.week.set(type - 1, readShifts(day, report));
    else if (type === 0) {
      const period = periodOf(day);
      const shifts = readShifts(day, report);
      if (period !== undefined) except(range(...period), () => shifts);
    } else report('DayType', `'${textOf(day, 'DayType')}' is no day`, '1 (Sunday) to 7, or 0');
  }
  for (const week of childrenOf(childOf(element, 'WorkWeeks'), 'WorkWeek')) {
    const period = periodOf(week);
    const days = childrenOf(childOf(week, 'WeekDays'), 'WeekDay');
    const own = new Map(days.map((day) => [Number(textOf(day, 'DayType')) - 1, readShifts(day, report)]));
    if (period !== undefined) except(range(...period), (day) => own.get(weekdayOf(day)));
  }
  return calendar;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function recurrenceOf(one: XmlElement) {
  const number = (name: string) => Number(textOf(one, name) ?? 0) || 0;
  const counted = textOf(one, 'EnteredByOccurrences') === '1' && number('Occurrences') > 0;
  return {
    type: number('Type'),
    period: number('Period'),
    daysOfWeek: number('DaysOfWeek'),
    monthItem: number('MonthItem'),
    monthPosition: number('MonthPosition'),
    month: number('Month'),
    monthDay: number('MonthDay'),
    // A plain exception counts the days of its period.
    occurrences: counted && number('Type') > 1 ? number('Occurrences') : Infinity,
  };
}

const OFFICE_DAY = standardWeek('', '').week[1]!;

function readShifts(
  day: XmlElement,
  report: (field: string, message: string, expected: string) => void,
): readonly Shift[] {
  if (!['1', 'true'].includes(textOf(day, 'DayWorking') ?? '0')) return [];
  const times = childrenOf(childOf(day, 'WorkingTimes'), 'WorkingTime');
  if (times.length === 0) return OFFICE_DAY;
  return mergeShifts(
    times.flatMap((time) => {
      const [from, to] = [textOf(time, 'FromTime'), textOf(time, 'ToTime')];
      if (from === undefined && to === undefined) return [];
      const startMs = timeOf(from);
      const endMs = timeOf(to) || DAY_MS;
      if (Number.isFinite(startMs) && endMs >= startMs) return [{ startMs, endMs }];
      report('WorkingTime', `${from}–${to} is left out`, 'FromTime before ToTime, HH:MM:SS');
      return [];
    }),
  );
}

function timeOf(text: string | undefined): number {
  const match = /^(\d\d):(\d\d)(?::(\d\d))?/.exec(text ?? '');
  if (match === null) return Number.NaN;
  return Number(match[1]) * HOUR_MS + Number(match[2]) * 60_000 + Number(match[3] ?? 0) * 1000;
}

const MAX_BASES = 8;

/** Calendars with what they inherit from their base; one without any work is a problem and replaced. */
export function buildCalendars(
  elements: ReadonlyMap<string, CalendarElement>,
  dayMs: number,
  problems: ProblemList,
): WorkCalendar[] {
  return [...elements.values()].map((own) => {
    const chain = [own];
    for (let base = elements.get(own.base); base && chain.length < MAX_BASES; base = elements.get(base.base)) {
      chain.push(base);
    }
    const usual = standardWeek('', '').week;
    const says = chain.some(({ week }) => week.size > 0);
    const week = usual.map(
      (shifts, day) => chain.find((one) => one.week.has(day))?.week.get(day) ?? (says ? [] : shifts),
    );
    const exceptions = new Map(chain.toReversed().flatMap((one) => [...one.exceptions]));
    const calendar: WorkCalendar = { id: own.id, name: own.name, week, exceptions, dayMs };
    try {
      createWorkingTime(calendar);
      return calendar;
    } catch (error) {
      const message = `calendar '${own.name}' cannot be used, Monday to Friday 08:00–17:00 stands in: ${messageOf(error)}`;
      problems.add('calendar_invalid', own.at, 'WeekDays', message, 'a working day');
      return { ...standardWeek(own.id, own.name), dayMs, replaced: true };
    }
  });
}
