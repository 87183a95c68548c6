import { CodedError } from '../../errors/index.ts';
import { DAY_MS, mergeShifts, WEEK_DAYS, type Shift } from '../../activity/schedule/work-calendar.ts';

/** The text of `clndr_data` is no calendar; the message says where it stops being one. */
export class CalendarDataError extends CodedError<'calendar_invalid'> {
  override readonly name = 'CalendarDataError';
}

/** `(0||name(key|value|…)(children))`, the nested records that P6 writes settings in. */
export interface DataRecord {
  name: string;
  values: Map<string, string>;
  children: DataRecord[];
}

const MAX_DEPTH = 16;

/** Reads the record in one pass. Line breaks are written as two DEL characters and stand between any two parts. */
export function parseCalendarData(text: string): DataRecord {
  const plain = text.replaceAll(/[\x7F\r\n]/g, ' ');
  let at = 0;
  const skip = () => {
    while (plain[at] === ' ' || plain[at] === '\t') at++;
  };
  const take = (mark: string) => {
    skip();
    if (!plain.startsWith(mark, at)) throw invalid(at, `'${mark}'`, plain.slice(at, at + 12));
    at += mark.length;
  };
  const until = (mark: string) => {
    const end = plain.indexOf(mark, at);
    if (end === -1) throw invalid(at, `'${mark}' before the end`, plain.slice(at, at + 12));
    const part = plain.slice(at, end);
    at = end;
    return part;
  };
  const record = (depth: number): DataRecord => {
    if (depth > MAX_DEPTH) throw invalid(at, `at most ${MAX_DEPTH} levels`, 'a deeper one');
    take('(');
    until('||');
    take('||');
    const name = until('(').trim();
    take('(');
    const values = pairs(until(')'));
    take(')');
    take('(');
    const children: DataRecord[] = [];
    for (skip(); plain[at] === '('; skip()) children.push(record(depth + 1));
    take(')');
    take(')');
    return { name, values, children };
  };
  return record(1);
}

function pairs(text: string): Map<string, string> {
  const parts = text.split('|').map((part) => part.trim());
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) values.set(parts[i]!, parts[i + 1]!);
  return values;
}

export interface CalendarData {
  week: Shift[][];
  exceptions: Map<number, Shift[]>;
}

/** Days from 1899-12-30, which P6 counts from, to 1970-01-01. */
const SERIAL_OF_EPOCH = 25_569;

/** @throws CalendarDataError */
export function readCalendarData(text: string, maxDays: number): CalendarData {
  const { children } = parseCalendarData(text);
  const days = children.find(({ name }) => name === 'DaysOfWeek');
  if (days === undefined) throw invalid(0, 'DaysOfWeek', 'none');
  const week: Shift[][] = Array.from({ length: WEEK_DAYS }, () => []);
  for (const day of days.children) {
    const number = Number(day.name);
    if (!Number.isInteger(number) || number < 1 || number > WEEK_DAYS) throw invalid(0, 'a weekday 1–7', day.name);
    week[number - 1] = readShifts(day);
  }
  const exceptions = new Map<number, Shift[]>();
  for (const one of children.find(({ name }) => name === 'Exceptions')?.children ?? []) {
    const serial = Number(one.values.get('d'));
    if (!Number.isInteger(serial) || serial < 0) throw invalid(0, 'a day number d', String(one.values.get('d')));
    if (exceptions.size >= maxDays) throw invalid(0, `at most ${maxDays} exceptions`, 'more');
    exceptions.set(serial - SERIAL_OF_EPOCH, readShifts(one));
  }
  return { week, exceptions };
}

function readShifts({ children }: DataRecord): Shift[] {
  return mergeShifts(
    children.flatMap(({ values }) => {
      const start = values.get('s');
      const finish = values.get('f');
      if (start === undefined && finish === undefined) return [];
      const startMs = timeOf(start);
      const endMs = timeOf(finish) || DAY_MS;
      if (endMs < startMs) throw invalid(0, `a shift that ends after ${start}`, String(finish));
      return [{ startMs, endMs }];
    }),
  );
}

/** `8:00`, `08:00`, also with AM or PM: ms from midnight. */
function timeOf(text: string | undefined): number {
  const match = /^(\d{1,2}):(\d\d)(?::\d\d)?\s*(AM|PM)?$/i.exec(text ?? '');
  if (match === null) throw invalid(0, 'a time HH:MM', String(text));
  const half = match[3]?.toUpperCase();
  const hours = half === undefined ? Number(match[1]) : (Number(match[1]) % 12) + (half === 'PM' ? 12 : 0);
  const minutes = hours * 60 + Number(match[2]);
  if (Number(match[2]) > 59 || minutes > 24 * 60) throw invalid(0, 'a time up to 24:00', String(text));
  return minutes * 60_000;
}

function invalid(at: number, expected: string, found: string): CalendarDataError {
  return new CalendarDataError(
    'calendar_invalid',
    `clndr_data${at > 0 ? ` at character ${at}` : ''}: ${found || 'the end'}`,
    {
      field: 'clndr_data',
      expected,
    },
  );
}
