import { DAY_MS, parseDate } from '../values/parse-date.ts';
import { parseNumber } from '../values/parse-number.ts';
import { createTally, type Tally } from '../readers/tally.ts';
import { SCHEDULE_COLUMNS, type ScheduleColumn } from './columns.ts';
import type { Example } from '../dataset.ts';
import type { DataFile } from '../files/data-file.ts';
import type { Reader } from '../readers/reader.ts';
import type { Feature } from '@plumbline/shared/manifest';

const NUMBERS: Record<string, { column: ScheduleColumn; unit?: string }> = {
  planned_days: { column: 'planned_duration_days', unit: 'working d' },
  total_float_days: { column: 'planned_total_float_days', unit: 'working d' },
  free_float_days: { column: 'planned_free_float_days', unit: 'working d' },
  critical: { column: 'planned_critical' },
  n_pred: { column: 'predecessor_count' },
  n_succ: { column: 'successor_count' },
  hours_a_week: { column: 'calendar_hours_a_week', unit: 'h' },
};
const CATEGORIES: Record<string, ScheduleColumn> = { wbs: 'wbs_top', calendar: 'calendar_name' };

const FEATURES: Feature[] = [
  ...Object.keys(CATEGORIES).map((name): Feature => feature(name, 'category')),
  ...Object.entries(NUMBERS).map(([name, { unit }]): Feature => ({
    ...feature(name, 'number'),
    ...(unit === undefined ? {} : { unit }),
  })),
  { ...feature('start_month', 'number'), seasonal: true },
];

/** From so many projects on, a model can be judged on projects it has not seen. */
const PROJECTS_TO_SPLIT = 5;

/**
 * Activities of schedules that have ended: did they end on a later day than planned? Nothing of their progress is a
 * feature. What is open has no label, so that a schedule under way tells mostly of what went well; the counts say how much.
 */
export const scheduleActivities: Reader = {
  name: 'schedule-activities',
  version: 1,
  recognise: (header) => (SCHEDULE_COLUMNS.every((name) => header.includes(name)) ? 1 : 0),
  read(files) {
    const tally = createTally();
    const read = files.flatMap((file) => readActivities(file, tally));
    const latest = new Map<string, Finished>();
    for (const one of read.toSorted((a, b) => a.dataDate - b.dataDate)) latest.set(one.example.ref, one);
    const examples = [...latest.values()].map(({ example }) => example);
    tally.count('merged', read.length - examples.length);
    tally.count('kept', examples.length);
    const result = tally.result();
    return {
      features: FEATURES,
      target: 'the activity finished on a later day than planned',
      split: new Set(examples.map(({ group }) => group)).size >= PROJECTS_TO_SPLIT ? 'group' : 'time',
      examples,
      ...result,
      labelColumns: ['planned_finish', 'actual_finish'],
      ignoredColumns: { actual_start: 'progress: it was not known when the plan was made' },
      censoring: {
        openRows: result.counts['open_not_due'] ?? 0,
        overdueRows: result.counts['open_overdue'] ?? 0,
        overdue: 'left-out',
        ...(read.length > 0 ? { dataDate: Math.max(...read.map((one) => one.dataDate)) } : {}),
      },
    };
  },
};

interface Finished {
  example: Example;
  dataDate: number;
}

function readActivities(file: DataFile, tally: Tally): Finished[] {
  const places = new Map(file.header.map((name, index) => [name, index]));
  const found: Finished[] = [];
  for (const { line, cells } of file.rows) {
    const cell = (name: ScheduleColumn) => cells[places.get(name)!] ?? '';
    const [start, due] = [parseDate(cell('planned_start')), parseDate(cell('planned_finish'))];
    const finish = parseDate(cell('actual_finish'));
    const dataDate = parseDate(cell('data_date')) ?? 0;
    if (cell('activity_type') !== 'task') tally.count('not_a_task');
    else if (start === null || due === null || due < start) {
      tally.reject(file.source, line, 'plan_missing', 'the activity has no planned start and finish to compare with');
    } else if (finish === null) tally.count(due < dataDate ? 'open_overdue' : 'open_not_due');
    else found.push({ example: exampleOf(cell, start, due, finish), dataDate });
  }
  return found;
}

function exampleOf(cell: (name: ScheduleColumn) => string, start: number, due: number, finish: number): Example {
  const project = cell('schedule_project');
  const numbers = Object.entries(NUMBERS).map(([name, { column }]) => [name, parseNumber(cell(column))]);
  const categories = Object.entries(CATEGORIES).map(([name, column]) => [name, cell(column) || null]);
  return {
    ref: `${project}/${cell('activity_code')}`,
    site: project,
    group: project,
    // Nothing later than the plan is used; an activity that began early is predicted when it began.
    startAt: Math.min(start, parseDate(cell('actual_start')) ?? start, finish),
    dueAt: due,
    knownAt: finish,
    label: Math.floor(finish / DAY_MS) > Math.floor(due / DAY_MS) ? 1 : 0,
    delayDays: (finish - due) / DAY_MS,
    values: {
      ...Object.fromEntries([...categories, ...numbers]),
      start_month: new Date(start).getUTCMonth() + 1,
    },
  };
}

function feature(name: string, type: Feature['type']): Feature {
  return { name, type, missing: 'accept', from: { column: name } };
}
