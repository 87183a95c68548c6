import { standardWeek, type Schedule, type ScheduleActivity } from '@plumbline/shared/activity/network';
import { expect, test } from 'vitest';
import { scheduleActivities } from './schedule-activities.ts';
import { scheduleTable } from './schedule-table.ts';
import type { DataFile } from '../files/data-file.ts';

const HOUR_MS = 3_600_000;
const at = (day: number, hour: number) => Date.UTC(2024, 0, day, hour);

function activity(code: string, from: number, to: number, more: Partial<ScheduleActivity> = {}): ScheduleActivity {
  return {
    id: `id-${code}`,
    code,
    name: code,
    project: 'p1',
    wbs: ['P', 'shell'],
    type: 'task',
    calendar: 'c1',
    durationMs: (to - from + 1) * 8 * HOUR_MS,
    remainingMs: 0,
    percentComplete: 100,
    planned: { start: at(from, 8), finish: at(to, 17) },
    constraints: [],
    stored: { totalFloatMs: 0 },
    ...more,
  };
}

const relation = (from: string, to: string) => ({ from, to, type: 'FS' as const, lagMs: 0, lagCalendar: 'c1' });

/** Monday 1 January 2024: A, then B beside C, then D; C is two days shorter than B. */
function schedule(...activities: ScheduleActivity[]): Schedule {
  return {
    source: 'p6-xer',
    projects: [
      {
        id: 'p1',
        name: 'Tower',
        dataDate: at(20, 0),
        start: at(1, 8),
        calendar: 'c1',
        rules: {
          method: 'p6',
          outOfSequence: 'retained-logic',
          totalFloat: 'smallest',
          useExpectedFinish: false,
          startLagFromEarlyStart: false,
          floatTo: 'project',
          openEndsCritical: false,
          criticalFloatMs: 0,
        },
      },
    ],
    calendars: [standardWeek('c1', 'office')],
    activities,
    relations: [relation('id-A', 'id-B'), relation('id-A', 'id-C'), relation('id-B', 'id-D'), relation('id-C', 'id-D')],
    problems: [],
    problemCounts: {},
    counts: {},
  };
}

const done = (start: number, finish: number, hour = 17) => ({
  actualStart: at(start, 8),
  actualFinish: at(finish, hour),
});

function read(...schedules: Schedule[]) {
  const files = schedules.map((one, place): DataFile => {
    const { header, rows } = scheduleTable(one);
    return {
      source: `${place}.xer`,
      sha256: '',
      header,
      rows: rows.map((cells, row) => ({ line: row + 1, cells })),
      rejected: [],
    };
  });
  expect(scheduleActivities.recognise(files[0]!.header.toReversed())).toBe(1);
  return scheduleActivities.read(files, {});
}

const plan = [
  activity('A', 1, 2, done(1, 2)),
  activity('B', 3, 5, done(3, 9)),
  activity('C', 3, 3, done(3, 3, 16)),
  activity('D', 8, 9, { percentComplete: 40, remainingMs: HOUR_MS, actualStart: at(10, 8) }),
];

test('activities that have ended are examples: late by whole days, with the float of the plan and nothing of the progress', () => {
  const { examples, counts, censoring, features } = read(schedule(...plan));
  expect(examples.map(({ ref, label, delayDays }) => [ref, label, delayDays])).toEqual([
    ['Tower/A', 0, 0],
    ['Tower/B', 1, 4],
    ['Tower/C', 0, -1 / 24],
  ]);
  expect(examples[2]).toMatchObject({
    group: 'Tower',
    startAt: at(3, 8),
    dueAt: at(3, 17),
    knownAt: at(3, 16),
    values: {
      planned_days: 1,
      total_float_days: 2,
      critical: 0,
      n_pred: 1,
      n_succ: 1,
      wbs: 'shell',
      calendar: 'office',
      hours_a_week: 40,
    },
  });
  expect(examples[1]?.values).toMatchObject({ planned_days: 3, total_float_days: 0, critical: 1 });
  expect(features.map(({ name }) => name).filter((name) => /actual|percent|remaining|stored/.test(name))).toEqual([]);
  expect(counts).toEqual({ kept: 3, open_overdue: 1 });
  expect(censoring).toEqual({ openRows: 0, overdueRows: 1, overdue: 'left-out', dataDate: at(20, 0) });
});

const values = (one: Schedule) => read(one).examples.map((example) => example.values);

test('progress may be anything without changing a feature', () => {
  const [a, b, c] = plan;
  const turned = schedule(
    a!,
    { ...b!, actualStart: at(4, 8), actualFinish: at(18, 9), stored: { totalFloatMs: -9e9 } },
    c!,
  );
  expect(values({ ...turned, relations: [] })).toEqual(values({ ...schedule(a!, b!, c!), relations: [] }));
});

test('milestones, summaries and rows without a plan are counted, and a later file corrects an earlier one', () => {
  const { planned: _planned, ...unplanned } = activity('X', 1, 1, done(1, 1));
  const milestone = activity('M', 1, 1, { type: 'finish-milestone' });
  const later = schedule(...plan.slice(0, 3), activity('D', 8, 9, done(10, 12)), milestone, unplanned);
  const { examples, counts, rejected } = read(later, schedule(...plan));
  expect(examples.map(({ ref }) => ref).toSorted()).toEqual(['Tower/A', 'Tower/B', 'Tower/C', 'Tower/D']);
  expect(counts).toEqual({ kept: 4, merged: 3, open_overdue: 1, not_a_task: 1, plan_missing: 1 });
  expect(rejected).toMatchObject([{ source: '0.xer', line: 6, code: 'plan_missing' }]);
});

test('a network that waits for itself has no float, and says so', () => {
  const loop = schedule(...plan);
  loop.relations.push({ from: 'id-D', to: 'id-A', type: 'FS', lagMs: 0, lagCalendar: 'c1' });
  const { rows, header, ignored } = scheduleTable(loop);
  expect(rows.map((cells) => cells[header.indexOf('planned_total_float_days')])).toEqual(['', '', '', '']);
  expect(ignored['planned_total_float_days']).toMatch(/the network cannot be calculated: /);
});
