import { standardWeek, type WorkCalendar } from '../../activity/schedule/work-calendar.ts';
import { createWorkingTime } from '../../activity/schedule/working-time.ts';
import { isCodedError, messageOf } from '../../errors/index.ts';
import type { ScheduleLimits } from '../errors.ts';
import type { ProblemList } from '../problems.ts';
import { readCalendarData, type CalendarData } from './calendar-data.ts';
import type { CellReader } from './cells.ts';

export interface CalendarRow {
  id: string;
  name: string;
  base?: string;
  data: string;
  dayMs: number;
  line: number;
}

export function calendarRow(cells: CellReader, line: number): CalendarRow {
  const base = cells.text('base_clndr_id');
  return {
    id: cells.text('clndr_id') ?? '',
    name: cells.text('clndr_name') ?? '',
    ...(base === undefined ? {} : { base }),
    data: cells.text('clndr_data') ?? '',
    dayMs: cells.hours('day_hr_cnt') || 8 * 3_600_000,
    line,
  };
}

/**
 * Calendars with what they inherit: a calendar without data is its base, one with data takes the exceptions of its base
 * and its own on top. One that cannot be read is a problem and replaced by Monday to Friday 08:00–17:00, marked so that
 * nobody takes dates by it for the planner's.
 */
export function buildCalendars(
  rows: ReadonlyMap<string, CalendarRow>,
  limits: ScheduleLimits,
  problems: ProblemList,
): WorkCalendar[] {
  const own = new Map<string, CalendarData | Error>();
  for (const row of rows.values()) if (row.data !== '') own.set(row.id, read(row.data, limits));
  return [...rows.values()].map((row) => {
    const chain = chainOf(row, rows);
    const failed = own.get(chain.find(({ data }) => data !== '')?.id ?? '');
    if (failed instanceof Error || failed === undefined) return replace(row, failed, problems);
    const exceptions = new Map(
      chain.toReversed().flatMap(({ id }) => {
        const data = own.get(id);
        return data === undefined || data instanceof Error ? [] : [...data.exceptions];
      }),
    );
    const calendar = { id: row.id, name: row.name, week: failed.week, exceptions, dayMs: row.dayMs };
    try {
      createWorkingTime(calendar);
      return calendar;
    } catch (error) {
      return replace(row, error, problems);
    }
  });
}

function read(data: string, limits: ScheduleLimits): CalendarData | Error {
  try {
    return readCalendarData(data, limits.calendarDays);
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

const MAX_BASES = 8;

/** A calendar, its base, the base of that … */
function chainOf(row: CalendarRow, rows: ReadonlyMap<string, CalendarRow>): CalendarRow[] {
  const chain = [row];
  for (let base = rows.get(row.base ?? ''); base && chain.length < MAX_BASES; base = rows.get(base.base ?? '')) {
    chain.push(base);
  }
  return chain;
}

function replace(row: CalendarRow, cause: unknown, problems: ProblemList): WorkCalendar {
  const expected = isCodedError(cause) ? (cause.expected ?? '') : 'days and shifts in clndr_data';
  const why = cause === undefined ? 'it has no days of its own and no base' : messageOf(cause);
  const message = `calendar '${row.name}' (${row.id}) cannot be used, Monday to Friday 08:00–17:00 stands in: ${why}`;
  problems.add('calendar_invalid', `line ${row.line}`, 'CALENDAR.clndr_data', message, expected);
  return { ...standardWeek(row.id, row.name), dayMs: row.dayMs, replaced: true };
}
