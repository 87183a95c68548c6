import { parseDate } from '../values/parse-date.ts';
import { isInfinite, isMissing, LARGEST_NUMBER, parseNumber } from '../values/parse-number.ts';
import type { Unreadable } from '../readers/reader.ts';
import type { FeatureValue } from '@plumbline/shared/manifest';
import type { LearnableColumn } from './learnable-columns.ts';

export interface CellRules {
  /** Only an empty cell is missing, and blanks count. */
  exact: boolean;
  /** Told of a number that is infinite, or too large for the graph; it becomes missing. */
  onInfinite: (column: string) => void;
}

/** The feature values of one row, or the first cell that is not of its column's type. */
export function readCells(
  cells: readonly string[],
  columns: readonly LearnableColumn[],
  { exact, onInfinite }: CellRules,
): { values: Record<string, FeatureValue> } | Unreadable {
  const values: Record<string, FeatureValue> = {};
  for (const { name, index, type } of columns) {
    const cell = cells[index] ?? '';
    const text = exact ? cell : cell.trim();
    if (exact ? text === '' : isMissing(text)) values[name] = null;
    else if (type === 'category') values[name] = text;
    else {
      const number = parseNumber(text);
      if (isInfinite(text) || (number !== null && Math.abs(number) > LARGEST_NUMBER)) {
        onInfinite(name);
        values[name] = null;
      } else if (number === null) {
        return { code: 'mixed_type', message: `'${name}' is '${text}' here and a number in most rows` };
      } else values[name] = number;
    }
  }
  return { values };
}

/** Rows of a table without times are all given this one. */
export const ONE_TIME = 0;

interface Times {
  startAt: number;
  dueAt: number;
  knownAt: number;
}

/** `text(role)` is the cell of that role, undefined when no column has it. */
export function readTimes(text: (role: 'time' | 'due' | 'known') => string | undefined): Times | Unreadable {
  const startAt = readTime(text('time'), ONE_TIME);
  if (startAt === null) return notADate('time', text('time'));
  const dueAt = readTime(text('due'), startAt);
  if (dueAt === null) return notADate('due', text('due'));
  const knownAt = readTime(text('known'), dueAt);
  if (knownAt === null) return notADate('known', text('known'));
  return { startAt, dueAt, knownAt };
}

/** `{}` where the row does not say: it may be open still. */
export function readDelay(text: string | undefined): { delayDays?: number } | Unreadable {
  if (text === undefined || isMissing(text)) return {};
  const delayDays = parseNumber(text);
  return delayDays === null
    ? { code: 'mixed_type', message: `the delay is '${text}', expected days as a number` }
    : { delayDays };
}

function readTime(text: string | undefined, otherwise: number): number | null {
  return text === undefined ? otherwise : parseDate(text);
}

function notADate(role: string, text: string | undefined): Unreadable {
  return { code: 'not_a_date', message: `${role} is '${text ?? ''}', expected a date such as 2024-06-30` };
}
