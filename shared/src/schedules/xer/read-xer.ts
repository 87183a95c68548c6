import type { Schedule, ScheduleRelation } from '../../activity/schedule/schedule.ts';
import type { TextSource } from '../csv/index.ts';
import { DEFAULT_SCHEDULE_LIMITS, ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';
import { createProblemList, type ProblemList } from '../problems.ts';
import { assembleSchedule } from './assemble.ts';
import { calendarRow, type CalendarRow } from './calendars.ts';
import { createCellReader, type CellReader } from './cells.ts';
import { projectRow, type ProjectRow } from './projects.ts';
import { readXerRows } from './rows.ts';
import { assignmentRow, taskRow, type AssignmentRow, type TaskRow } from './tasks.ts';

/** Rows of the tables that matter, as they stand in the file. */
export interface XerTables {
  projects: Map<string, ProjectRow>;
  options: Map<string, CellReader>;
  calendars: Map<string, CalendarRow>;
  breakdown: Map<string, { code: string; parent: string; project: string }>;
  tasks: Map<string, TaskRow>;
  relations: { relation: Omit<ScheduleRelation, 'lagCalendar'>; line: number }[];
  resources: Map<string, string>;
  assignments: AssignmentRow[];
}

/**
 * Reads a Primavera P6 export (XER). The rows stream through; what is kept are the activities.
 * @throws ScheduleError when the file as a whole cannot be read; single bad rows are `problems`
 */
export async function readXer(source: TextSource, change: Partial<ScheduleLimits> = {}): Promise<Schedule> {
  const limits = { ...DEFAULT_SCHEDULE_LIMITS, ...change };
  const problems = createProblemList(limits.problems);
  const counts: Record<string, number> = {};
  const tables: XerTables = {
    projects: new Map(),
    options: new Map(),
    calendars: new Map(),
    breakdown: new Map(),
    tasks: new Map(),
    relations: [],
    resources: new Map(),
    assignments: [],
  };
  const takers = takersOf(tables, limits, problems);
  for await (const row of readXerRows(source, new Set(Object.keys(takers)), limits, problems, counts)) {
    takers[row.table]?.(createCellReader(row, problems), row.line);
  }
  if (tables.tasks.size === 0) {
    throw new ScheduleError('schedule_empty', 'the file holds no activities', {
      field: 'TASK',
      expected: 'rows of TASK',
    });
  }
  return assembleSchedule(tables, limits, problems, counts);
}

type Taker = (cells: CellReader, line: number) => void;

function takersOf(tables: XerTables, limits: ScheduleLimits, problems: ProblemList): Record<string, Taker> {
  /** The first of two rows with one id stands. */
  const put = <Value>(map: Map<string, Value>, id: string, value: Value, at: string, field: string) => {
    if (!map.has(id)) map.set(id, value);
    else problems.add('xer_duplicate_id', at, field, `'${id}' stands twice; the first is taken`, 'every id once');
  };
  return {
    PROJECT(cells, line) {
      const row = projectRow(cells, line, problems);
      if (row !== undefined) put(tables.projects, row.id, row, `line ${line}`, 'PROJECT.proj_id');
    },
    SCHEDOPTIONS(cells) {
      tables.options.set(cells.text('proj_id') ?? '', cells);
    },
    CALENDAR(cells, line) {
      const row = calendarRow(cells, line);
      put(tables.calendars, row.id, row, `line ${line}`, 'CALENDAR.clndr_id');
    },
    PROJWBS(cells) {
      const [id, code, parent] = [cells.text('wbs_id'), cells.text('wbs_short_name'), cells.text('parent_wbs_id')];
      const project = cells.text('proj_id') ?? '';
      if (id !== undefined) tables.breakdown.set(id, { code: code ?? id, parent: parent ?? '', project });
    },
    TASK(cells, line) {
      if (tables.tasks.size >= limits.activities) throw tooLarge('activities', limits.activities, `line ${line}`);
      const row = taskRow(cells, line, problems);
      if (row !== undefined) put(tables.tasks, row.activity.id, row, `line ${line}`, 'TASK.task_id');
    },
    TASKPRED(cells, line) {
      if (tables.relations.length >= limits.relations) throw tooLarge('relations', limits.relations, `line ${line}`);
      const relation = relationRow(cells, line, problems);
      if (relation !== undefined) tables.relations.push({ relation, line });
    },
    RSRC(cells) {
      const [id, calendar] = [cells.text('rsrc_id'), cells.text('clndr_id')];
      if (id !== undefined && calendar !== undefined && cells.text('rsrc_type') !== 'RT_Mat') {
        tables.resources.set(id, calendar);
      }
    },
    TASKRSRC(cells) {
      const row = assignmentRow(cells);
      if (row !== undefined) tables.assignments.push(row);
    },
  };
}

const RELATIONS = { PR_FS: 'FS', PR_SS: 'SS', PR_FF: 'FF', PR_SF: 'SF' } as const;

function relationRow(
  cells: CellReader,
  line: number,
  problems: ProblemList,
): Omit<ScheduleRelation, 'lagCalendar'> | undefined {
  const [from, to, kind] = [cells.text('pred_task_id'), cells.text('task_id'), cells.text('pred_type') ?? 'PR_FS'];
  const type = RELATIONS[kind as keyof typeof RELATIONS];
  if (from === undefined || to === undefined || type === undefined) {
    const [field, expected] =
      type === undefined ? ['pred_type', `one of ${Object.keys(RELATIONS).join(', ')}`] : ['task_id', 'two activities'];
    problems.add('relation_invalid', `line ${line}`, `TASKPRED.${field}`, `a relation '${kind}' is left out`, expected);
    return undefined;
  }
  return { from, to, type, lagMs: cells.hours('lag_hr_cnt') ?? 0 };
}
