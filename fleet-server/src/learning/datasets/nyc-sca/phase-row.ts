import { parseDate } from '../values/parse-date.ts';
import { parseNumber } from '../values/parse-number.ts';
import type { ColumnKey } from './columns.ts';

/** One usable row of one snapshot. Times are ms since epoch, UTC midnight. */
export interface PhaseRow {
  /** Building, project type, description, phase name, start: what makes a phase the same in every snapshot. */
  key: string;
  building: string;
  district: string;
  projectType: string;
  description: string;
  phase: string;
  startAt: number;
  plannedEndAt: number;
  /** null = still open at the data date. */
  endedAt: number | null;
  /** US dollars; null where the city writes a code or nothing. 0 stands for "not set" and is null as well. */
  budget: number | null;
  dsfNumbers: string[];
}

export interface Unusable {
  code:
    | 'phase_not_started'
    | 'start_is_code'
    | 'planned_end_is_code'
    | 'actual_end_is_code'
    | 'planned_end_not_after_start'
    | 'ended_before_start'
    | 'complete_without_end'
    | 'district_missing'
    | 'building_missing';
  message: string;
}

/** Codes stand where dates should: PNS (not started), IEH, DOES, DOER, FTK, DIIR … (who runs the project). */
export function readPhaseRow(cell: (key: ColumnKey) => string): PhaseRow | Unusable {
  const [start, plannedEnd, actualEnd] = [cell('start'), cell('plannedEnd'), cell('actualEnd')];
  const startAt = parseDate(start);
  if (start === 'PNS') return { code: 'phase_not_started', message: 'the phase has not started (PNS)' };
  if (startAt === null) return noDate('start_is_code', 'actual start', start);
  const plannedEndAt = parseDate(plannedEnd);
  if (plannedEndAt === null) return noDate('planned_end_is_code', 'planned end', plannedEnd);
  const endedAt = parseDate(actualEnd);
  if (endedAt === null && actualEnd !== '') return noDate('actual_end_is_code', 'actual end', actualEnd);
  if (plannedEndAt <= startAt) {
    return { code: 'planned_end_not_after_start', message: `planned end ${plannedEnd} is not after start ${start}` };
  }
  if (endedAt !== null && endedAt < startAt) {
    return { code: 'ended_before_start', message: `actual end ${actualEnd} is before start ${start}` };
  }
  if (endedAt === null && cell('status') === 'Complete') {
    return { code: 'complete_without_end', message: 'status is Complete but there is no actual end' };
  }
  if (cell('district') === '') return { code: 'district_missing', message: 'the district is empty' };
  if (cell('building') === '') return { code: 'building_missing', message: 'the building identifier is empty' };
  return { ...identity(cell, start), startAt, plannedEndAt, endedAt, ...size(cell) };
}

function identity(cell: (key: ColumnKey) => string, start: string) {
  const [building, projectType, description] = [cell('building'), cell('projectType'), cell('description')];
  const phase = cell('phase');
  const key = [building, projectType, description, phase, start].join('\n');
  return { key, building, district: cell('district'), projectType, description, phase };
}

function size(cell: (key: ColumnKey) => string) {
  const budget = parseNumber(cell('budget'));
  const dsfNumbers = cell('dsfNumbers')
    .split(',')
    .map((number) => number.trim())
    .filter((number) => number !== '');
  return { budget: budget !== null && budget > 0 ? budget : null, dsfNumbers };
}

function noDate(code: Unusable['code'], what: string, text: string): Unusable {
  return { code, message: `${what} is '${text}', expected a date such as 6/30/2024` };
}
