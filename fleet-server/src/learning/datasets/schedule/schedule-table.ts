import {
  calculateNetwork,
  createWorkingTime,
  lengthOf,
  type ActivityDates,
  type Schedule,
  type ScheduleActivity,
} from '@plumbline/shared/activity/network';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import { SCHEDULE_COLUMNS, type ScheduleColumn } from './columns.ts';

export interface ScheduleTable {
  header: string[];
  rows: string[][];
  /** Columns that stay empty, and why. */
  ignored: Record<string, string>;
}

/** Activities of a schedule as rows of text: the plan as it was before anything was done, and what became of it. */
export function scheduleTable(schedule: Schedule): ScheduleTable {
  const calendars = new Map(schedule.calendars.map((calendar) => [calendar.id, calendar]));
  const projects = new Map(schedule.projects.map((project) => [project.id, project]));
  const { dates, reason } = plannedDates(schedule);
  const [incoming, outgoing] = [new Map<string, number>(), new Map<string, number>()];
  for (const { from, to } of schedule.relations) {
    outgoing.set(from, (outgoing.get(from) ?? 0) + 1);
    incoming.set(to, (incoming.get(to) ?? 0) + 1);
  }
  const rowOf = (activity: ScheduleActivity): Record<ScheduleColumn, string> => {
    const calendar = calendars.get(activity.calendar);
    const project = projects.get(activity.project);
    const planned = calendar?.replaced === true ? undefined : dates.get(activity.id);
    const dayMs = calendar?.dayMs ?? 8 * HOUR_MS;
    return {
      schedule_project: project?.name ?? activity.project,
      activity_code: schedule.source === 'ms-project-xml' ? activity.id : activity.code,
      activity_type: activity.inactive === true ? 'inactive' : activity.type,
      wbs_top: activity.wbs[1] ?? activity.wbs[0] ?? '',
      calendar_name: calendar?.name ?? '',
      calendar_hours_a_week: textOf(calendar && calendar.week.reduce((ms, day) => ms + lengthOf(day), 0) / HOUR_MS),
      planned_start: momentOf(activity.planned?.start),
      planned_finish: momentOf(activity.planned?.finish),
      planned_duration_days: textOf(activity.durationMs / dayMs),
      planned_total_float_days: textOf(planned?.totalFloatWorkingDays),
      planned_free_float_days: textOf(planned && planned.freeFloatMs / dayMs),
      planned_critical: planned === undefined ? '' : planned.critical ? '1' : '0',
      predecessor_count: String(incoming.get(activity.id) ?? 0),
      successor_count: String(outgoing.get(activity.id) ?? 0),
      actual_start: momentOf(activity.actualStart),
      actual_finish: momentOf(activity.actualFinish),
      data_date: momentOf(project?.dataDate),
    };
  };
  const rows = schedule.activities.map((activity) => {
    const row = rowOf(activity);
    return SCHEDULE_COLUMNS.map((name) => row[name]);
  });
  const empty = ['planned_total_float_days', 'planned_free_float_days', 'planned_critical'];
  const ignored = reason === undefined ? {} : Object.fromEntries(empty.map((name) => [name, reason]));
  return { header: [...SCHEDULE_COLUMNS], rows, ignored };
}

const HOUR_MS = 3_600_000;

/**
 * Float as it was promised: the network with all progress taken away. The float in the file is that of what remains, which
 * for a finished activity is nothing, and for the others tells how the project went.
 */
function plannedDates(schedule: Schedule): { dates: ReadonlyMap<string, ActivityDates>; reason?: string } {
  try {
    for (const calendar of schedule.calendars) createWorkingTime(calendar);
    return { dates: calculateNetwork(withoutProgress(schedule)).dates };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { dates: new Map(), reason: `the network cannot be calculated: ${messageOf(error)}` };
  }
}

function withoutProgress(schedule: Schedule): Schedule {
  const firstStart = new Map<string, number>();
  for (const { project, planned } of schedule.activities) {
    if (planned) firstStart.set(project, Math.min(firstStart.get(project) ?? Infinity, planned.start));
  }
  const projects = schedule.projects.map((project) => {
    const start = Math.min(project.start, firstStart.get(project.id) ?? project.start);
    return { ...project, start, dataDate: start };
  });
  const activities = schedule.activities.map((activity): ScheduleActivity => {
    const {
      actualStart: _s,
      actualFinish: _f,
      resume: _r,
      expectedFinish: _e,
      spans: _w,
      fixed: _d,
      ...plan
    } = activity;
    return { ...plan, remainingMs: activity.durationMs, percentComplete: 0 };
  });
  return { ...schedule, projects, activities };
}

function textOf(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(Math.round(value * 1000) / 1000);
}

function momentOf(time: number | undefined): string {
  return time === undefined || !(Math.abs(time) < 8.64e15) ? '' : new Date(time).toISOString();
}
