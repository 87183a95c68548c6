import type {
  ActivityType,
  ConstraintType,
  ScheduleActivity,
  ScheduleConstraint,
  StoredDates,
  WorkSpan,
} from '../../activity/schedule/schedule.ts';
import { HOUR_MS } from '../../activity/schedule/work-calendar.ts';
import { given, plannedOf } from '../given.ts';
import type { ProblemList } from '../problems.ts';
import type { CellReader } from './cells.ts';

const TYPES: Readonly<Record<string, ActivityType>> = {
  TT_Task: 'task',
  TT_Rsrc: 'task',
  TT_Mile: 'start-milestone',
  TT_FinMile: 'finish-milestone',
  TT_LOE: 'level-of-effort',
  TT_WBS: 'summary',
};

const CONSTRAINTS: Readonly<Record<string, ConstraintType>> = {
  CS_MSO: 'start-on',
  CS_MSOA: 'start-no-earlier',
  CS_MSOB: 'start-no-later',
  CS_MEO: 'finish-on',
  CS_MEOA: 'finish-no-earlier',
  CS_MEOB: 'finish-no-later',
  CS_MANDSTART: 'must-start',
  CS_MANDFIN: 'must-finish',
  CS_ALAP: 'as-late-as-possible',
};

/** One row of TASK as P6 wrote it; what refers to other tables is resolved once all of them are read. */
export interface TaskRow {
  activity: ScheduleActivity;
  wbs: string;
  line: number;
  /** Lasts by the calendars of its resources. */
  byResource: boolean;
}

/** @returns undefined where the row has no id; that is a problem of the file */
export function taskRow(cells: CellReader, line: number, problems: ProblemList): TaskRow | undefined {
  const id = cells.text('task_id');
  const project = cells.text('proj_id');
  if (id === undefined || project === undefined) {
    problems.add('xer_id_missing', `line ${line}`, 'TASK.task_id', 'an activity without an id', 'task_id and proj_id');
    return undefined;
  }
  const kind = cells.text('task_type') ?? 'TT_Task';
  const type = TYPES[kind] ?? 'task';
  if (TYPES[kind] === undefined) {
    problems.add('xer_value_unknown', `line ${line}`, 'TASK.task_type', `'${kind}' is taken as TT_Task`, oneOf(TYPES));
  }
  const isPoint = type === 'start-milestone' || type === 'finish-milestone';
  const actualFinish = cells.date('act_end_date');
  const durationMs = isPoint ? 0 : nonNegative(cells, 'target_drtn_hr_cnt', line, problems);
  const remainingMs = isPoint || actualFinish !== undefined ? 0 : remaining(cells, durationMs, line, problems);
  const activity: ScheduleActivity = {
    id,
    code: cells.text('task_code') ?? id,
    name: cells.text('task_name') ?? '',
    project,
    wbs: [],
    type,
    calendar: cells.text('clndr_id') ?? '',
    durationMs,
    remainingMs,
    percentComplete: percentOf(cells, durationMs, remainingMs, actualFinish !== undefined),
    ...given({
      actualStart: cells.date('act_start_date') ?? actualFinish,
      actualFinish,
      resume: cells.date('resume_date'),
      expectedFinish: cells.date('expect_end_date'),
      externalEarlyStart: cells.date('external_early_start_date'),
      externalLateFinish: cells.date('external_late_end_date'),
    }),
    constraints: [
      ...constraint(cells, 'cstr_type', 'cstr_date', line, problems),
      ...constraint(cells, 'cstr_type2', 'cstr_date2', line, problems),
    ],
    ...plannedOf(cells.date('target_start_date'), cells.date('target_end_date')),
    stored: stored(cells),
  };
  return { activity, wbs: cells.text('wbs_id') ?? '', line, byResource: kind === 'TT_Rsrc' };
}

function remaining(cells: CellReader, durationMs: number, line: number, problems: ProblemList): number {
  return cells.text('remain_drtn_hr_cnt') === undefined
    ? durationMs
    : nonNegative(cells, 'remain_drtn_hr_cnt', line, problems);
}

function nonNegative(cells: CellReader, field: string, line: number, problems: ProblemList): number {
  const value = cells.hours(field) ?? 0;
  if (value >= 0) return value;
  problems.add('xer_number_invalid', `line ${line}`, `TASK.${field}`, 'a negative duration is taken as 0', 'hours ≥ 0');
  return 0;
}

function stored(cells: CellReader): StoredDates {
  return given({
    earlyStart: cells.date('early_start_date'),
    earlyFinish: cells.date('early_end_date'),
    lateStart: cells.date('late_start_date'),
    lateFinish: cells.date('late_end_date'),
    totalFloatMs: cells.hours('total_float_hr_cnt'),
    freeFloatMs: cells.hours('free_float_hr_cnt'),
    start: cells.date('restart_date'),
    finish: cells.date('reend_date'),
  });
}

function constraint(
  cells: CellReader,
  typeField: string,
  dateField: string,
  line: number,
  problems: ProblemList,
): ScheduleConstraint[] {
  const kind = cells.text(typeField);
  if (kind === undefined) return [];
  const type = CONSTRAINTS[kind];
  const date = cells.date(dateField);
  if (type === undefined || (date === undefined && type !== 'as-late-as-possible')) {
    const [field, expected] = type === undefined ? [typeField, oneOf(CONSTRAINTS)] : [dateField, 'a date'];
    problems.add('constraint_invalid', `line ${line}`, `TASK.${field}`, `constraint '${kind}' is left out`, expected);
    return [];
  }
  return [{ type, ...given({ date }) }];
}

function percentOf(cells: CellReader, durationMs: number, remainingMs: number, isDone: boolean): number {
  if (isDone) return 100;
  const kind = cells.text('complete_pct_type');
  let percent = durationMs > 0 ? (100 * (durationMs - remainingMs)) / durationMs : 0;
  if (kind === 'CP_Phys') percent = cells.number('phys_complete_pct') ?? 0;
  if (kind === 'CP_Units') {
    const sum = (...names: string[]) => names.reduce((total, name) => total + (cells.number(name) ?? 0), 0);
    const actual = sum('act_work_qty', 'act_equip_qty');
    const whole = actual + sum('remain_work_qty', 'remain_equip_qty');
    percent = whole > 0 ? (100 * actual) / whole : 0;
  }
  return Math.min(100, Math.max(0, percent));
}

export interface AssignmentRow {
  task: string;
  resource: string;
  remainingMs: number;
  delayMs: number;
}

/** Work of a resource as time on its calendar; nothing where the row says no rate. */
export function assignmentRow(cells: CellReader): AssignmentRow | undefined {
  const [task, resource] = [cells.text('task_id'), cells.text('rsrc_id')];
  const quantity = cells.number('remain_qty');
  const rate = cells.number('remain_qty_per_hr');
  if (task === undefined || resource === undefined || quantity === undefined || !rate || rate < 0) return undefined;
  const delayMs = cells.hours('relag_drtn_hr_cnt') ?? cells.hours('target_lag_drtn_hr_cnt') ?? 0;
  return { task, resource, remainingMs: Math.round((quantity / rate) * HOUR_MS), delayMs: Math.max(0, delayMs) };
}

export function spanOf({ remainingMs, delayMs }: AssignmentRow, calendar: string): WorkSpan {
  return { calendar, remainingMs, delayMs };
}

function oneOf(values: Readonly<Record<string, unknown>>): string {
  return `one of ${Object.keys(values).join(', ')}`;
}
