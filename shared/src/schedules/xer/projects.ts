import type { ScheduleProject, ScheduleRules } from '../../activity/schedule/schedule.ts';
import { given } from '../given.ts';
import type { ProblemList } from '../problems.ts';
import type { CellReader } from './cells.ts';

/** What SCHEDOPTIONS says of one project, and which calendar its lags run on. */
export interface XerOptions {
  rules: ScheduleRules;
  lagCalendar: 'predecessor' | 'successor' | 'elapsed' | 'project';
}

/** Defaults of P6 where a file has no SCHEDOPTIONS: retained logic, finish float, lags on the predecessor's calendar. */
export function readOptions(cells: CellReader | undefined, criticalFloatMs: number): XerOptions {
  const float = cells?.text('sched_float_type') ?? 'FT_FF';
  const lag = (cells?.text('sched_calendar_on_relationship_lag') ?? '').toLowerCase();
  return {
    rules: {
      method: 'p6',
      outOfSequence: cells?.flag('sched_retained_logic') === false ? 'progress-override' : 'retained-logic',
      totalFloat: FLOATS[float.toUpperCase()] ?? 'finish',
      useExpectedFinish: cells?.flag('sched_use_expect_end_flag') ?? false,
      startLagFromEarlyStart: cells?.flag('sched_lag_early_start_flag') ?? true,
      floatTo: cells?.flag('sched_use_project_end_date_for_float') === false ? 'all' : 'project',
      openEndsCritical: cells?.flag('sched_open_critical_flag') ?? false,
      criticalFloatMs,
    },
    lagCalendar: lag.includes('succ')
      ? 'successor'
      : lag.includes('24')
        ? 'elapsed'
        : lag.includes('proj')
          ? 'project'
          : 'predecessor',
  };
}

const FLOATS: Readonly<Record<string, ScheduleRules['totalFloat']>> = {
  FT_FF: 'finish',
  FT_SF: 'start',
  FT_MIN: 'smallest',
};

export interface ProjectRow {
  id: string;
  name: string;
  calendar: string;
  criticalFloatMs: number;
  dates: { dataDate?: number; start?: number; mustFinishBy?: number };
  line: number;
}

export function projectRow(cells: CellReader, line: number, problems: ProblemList): ProjectRow | undefined {
  const id = cells.text('proj_id');
  if (id === undefined) {
    problems.add('xer_id_missing', `line ${line}`, 'PROJECT.proj_id', 'a project without an id', 'proj_id');
    return undefined;
  }
  return {
    id,
    name: cells.text('proj_short_name') ?? id,
    calendar: cells.text('clndr_id') ?? '',
    criticalFloatMs: cells.hours('critical_drtn_hr_cnt') ?? 0,
    dates: given({
      dataDate: cells.date('last_recalc_date') ?? cells.date('next_data_date'),
      start: cells.date('plan_start_date'),
      mustFinishBy: cells.date('plan_end_date'),
    }),
    line,
  };
}

export function projectOf(
  { id, name, calendar, dates, line }: ProjectRow,
  rules: ScheduleRules,
  problems: ProblemList,
): ScheduleProject {
  const known = dates.dataDate ?? dates.start;
  if (known === undefined) {
    const expected = 'last_recalc_date or plan_start_date';
    problems.add(
      'project_without_date',
      `line ${line}`,
      'PROJECT.last_recalc_date',
      'no data date: 1970 is taken',
      expected,
    );
  }
  const dataDate = known ?? 0;
  return {
    id,
    name,
    dataDate,
    start: dates.start ?? dataDate,
    calendar,
    rules,
    ...given({ mustFinishBy: dates.mustFinishBy }),
  };
}
