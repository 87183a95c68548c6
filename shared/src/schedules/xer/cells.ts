import type { WallTime } from '../../activity/schedule/schedule.ts';
import { HOUR_MS } from '../../activity/schedule/work-calendar.ts';
import type { ProblemList } from '../problems.ts';
import { parseNumber, parseWallTime } from '../values.ts';
import type { XerRow } from './rows.ts';

/** Cells of one row as values; what is none is a problem of the row and absent. */
export interface CellReader {
  text(name: string): string | undefined;
  date(name: string): WallTime | undefined;
  number(name: string): number | undefined;
  /** Hours as ms. */
  hours(name: string): number | undefined;
  flag(name: string): boolean | undefined;
}

export function createCellReader({ table, line, cell }: XerRow, problems: ProblemList): CellReader {
  const read = <Value>(name: string, parse: (text: string) => Value | undefined, code: string, expected: string) => {
    const text = cell(name);
    if (text === '') return undefined;
    const value = parse(text);
    if (value === undefined) {
      const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
      problems.add(code, `line ${line}`, `${table}.${name}`, `'${shown}' is none`, expected);
    }
    return value;
  };
  const number = (name: string) => read(name, parseNumber, 'xer_number_invalid', 'a number');
  return {
    text: (name) => cell(name) || undefined,
    date: (name) => read(name, parseWallTime, 'xer_date_invalid', 'YYYY-MM-DD HH:MM'),
    number,
    hours(name) {
      const hours = number(name);
      return hours === undefined ? undefined : Math.round(hours * HOUR_MS);
    },
    flag: (name) => (cell(name) === '' ? undefined : cell(name).toUpperCase() === 'Y'),
  };
}
