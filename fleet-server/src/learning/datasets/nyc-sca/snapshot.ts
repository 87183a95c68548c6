import { isMissing } from '../values/parse-number.ts';
import { formatDay, parseDate } from '../values/parse-date.ts';
import { cellReader } from './columns.ts';
import { inferDataDate } from './data-date.ts';
import { readPhaseRow } from './phase-row.ts';
import type { DataFile } from '../files/data-file.ts';
import type { Tally } from '../readers/tally.ts';
import type { PhaseRow } from './phase-row.ts';

export interface Snapshot {
  dataDate: number;
  rows: PhaseRow[];
}

/** One file → its usable rows and the day it describes; null when no row holds a date. Other rows go to the tally. */
export function readSnapshot(file: DataFile, tally: Tally): Snapshot | null {
  const cell = cellReader(file.header);
  const usable: { line: number; row: PhaseRow }[] = [];
  for (const { line, cells } of file.rows) {
    const row = readPhaseRow((key) => cell(cells, key));
    if ('code' in row) tally.reject(file.source, line, row.code, row.message);
    else {
      usable.push({ line, row });
      const budget = cell(cells, 'budget');
      if (row.budget === null && !isMissing(budget)) tally.note(budget === '0' ? 'budget_zero' : 'budget_is_code');
    }
  }
  const dataDate = inferDataDate(
    file.rows.flatMap(({ cells }) => actualDates(cell(cells, 'start'), cell(cells, 'actualEnd'))),
  );
  if (dataDate === null) return null;
  const rows: PhaseRow[] = [];
  for (const { line, row } of usable) {
    const last = Math.max(row.startAt, row.endedAt ?? row.startAt);
    if (last <= dataDate) rows.push(row);
    else {
      const message = `actual date ${formatDay(last)} lies after the snapshot's data date ${formatDay(dataDate)}`;
      tally.reject(file.source, line, 'actual_date_in_future', message);
    }
  }
  return { dataDate, rows };
}

/** Also of rows that are no use otherwise: they tell the day of the snapshot all the same. */
function actualDates(...texts: string[]): number[] {
  return texts.map(parseDate).filter((time) => time !== null);
}
