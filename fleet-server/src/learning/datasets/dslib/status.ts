import { parseDate } from '../values/parse-date.ts';
import { parseNumber } from '../values/parse-number.ts';
import type { Unreadable } from '../readers/reader.ts';

/** What a site reports of one activity on one status date. Fractions are 0–1, hours are working hours, times ms UTC. */
export interface Status {
  project: string;
  activity: string;
  period: string;
  statusAt: number;
  baselineStartAt: number;
  baselineFinishAt: number;
  baselineHours: number;
  plannedFraction: number;
  completeFraction: number;
  started: boolean;
  remainingHours: number | null;
  /** null while it has not started. */
  startDelayHours: number | null;
  label: 0 | 1;
  /** Of the activity in the end; what is predicted, never a feature. */
  finishDelayHours: number | null;
}

/** final_finish_delay_wh is a target like final_delayed, and a leak beside it; actual_cost_dev has no plan to compare with. */
export function readStatus(cell: (name: string) => string): Status | Unreadable {
  const times = ['status_date', 'baseline_start', 'baseline_finish'].map(
    (name) => [name, parseDate(cell(name))] as const,
  );
  const noDate = times.find(([, time]) => time === null)?.[0];
  if (noDate !== undefined) return unreadable('not_a_date', noDate, cell(noDate));
  const names = ['baseline_duration_h', 'planned_pct', 'pct_complete'];
  const numbers = names.map((name) => [name, parseNumber(cell(name))] as const);
  const noNumber = numbers.find(([, value]) => value === null)?.[0];
  if (noNumber !== undefined) return unreadable('not_a_number', noNumber, cell(noNumber));
  const label = cell('final_delayed');
  if (label !== '0' && label !== '1') return unreadable('label_missing', 'final_delayed', label);
  const [statusAt, baselineStartAt, baselineFinishAt] = times.map(([, time]) => time ?? 0) as [number, number, number];
  const [baselineHours, plannedFraction, completeFraction] = numbers.map(([, value]) => value ?? 0) as [
    number,
    number,
    number,
  ];
  const started = parseDate(cell('actual_start')) !== null;
  return {
    project: cell('project_code'),
    activity: cell('activity_id'),
    period: cell('period'),
    statusAt,
    baselineStartAt,
    baselineFinishAt,
    baselineHours,
    plannedFraction,
    completeFraction,
    started,
    remainingHours: parseNumber(cell('remaining_duration_h')),
    startDelayHours: started ? parseNumber(cell('start_delay_wh')) : null,
    label: label === '1' ? 1 : 0,
    finishDelayHours: parseNumber(cell('final_finish_delay_wh')),
  };
}

function unreadable(code: string, column: string, text: string): Unreadable {
  return { code, message: `${column} is '${text}'` };
}
