import type { Schedule, ScheduleActivity, ScheduleRelation, WorkSpan } from '../../activity/schedule/schedule.ts';
import { ELAPSED_CALENDAR, sameTime, standardWeek, type WorkCalendar } from '../../activity/schedule/work-calendar.ts';
import type { ScheduleLimits } from '../errors.ts';
import type { ProblemList } from '../problems.ts';
import { buildCalendars } from './calendars.ts';
import { projectOf, readOptions, type XerOptions } from './projects.ts';
import type { XerTables } from './read-xer.ts';
import { spanOf } from './tasks.ts';

/** Puts the tables together: references resolved, what refers to nothing is a problem. */
export function assembleSchedule(
  tables: XerTables,
  limits: ScheduleLimits,
  problems: ProblemList,
  counts: Record<string, number>,
): Schedule {
  const calendars = new Map(buildCalendars(tables.calendars, limits, problems).map((one) => [one.id, one]));
  const calendarOf = (id: string, fallback: string, at: string, field: string): string => {
    if (calendars.has(id)) return id;
    problems.add('calendar_unknown', at, field, `calendar '${id}' is not in the file`, 'a clndr_id of CALENDAR');
    if (calendars.has(fallback)) return fallback;
    calendars.set(MISSING, { ...standardWeek(MISSING, 'standard week'), replaced: true });
    return MISSING;
  };
  const options = new Map<string, XerOptions>();
  for (const row of tables.projects.values()) {
    options.set(row.id, readOptions(tables.options.get(row.id), row.criticalFloatMs));
  }
  const projects = [...tables.projects.values()].map((row) => {
    const calendar = calendarOf(row.calendar, '', `line ${row.line}`, 'PROJECT.clndr_id');
    return projectOf({ ...row, calendar }, options.get(row.id)!.rules, problems);
  });
  const projectCalendar = new Map(projects.map(({ id, calendar }) => [id, calendar]));

  const activities: ScheduleActivity[] = [];
  const wbs = pathsOf(tables.breakdown);
  for (const row of tables.tasks.values()) {
    const { activity, line } = row;
    const own = projectCalendar.get(activity.project);
    if (own === undefined) {
      const message = `activity ${activity.code} is of project '${activity.project}', which is not in the file; left out`;
      problems.add('project_unknown', `line ${line}`, 'TASK.proj_id', message, 'a proj_id of PROJECT');
      continue;
    }
    const calendar = calendarOf(activity.calendar, own, `line ${line}`, 'TASK.clndr_id');
    activities.push({ ...activity, calendar, wbs: wbs(row.wbs) });
  }
  const byId = new Map(activities.map((activity) => [activity.id, activity]));
  addSpans(tables, byId, calendars);
  addMembers(tables, byId);
  const used = new Set(activities.map(({ project }) => project));
  return {
    source: 'p6-xer',
    projects: projects.filter(({ id }) => used.has(id)),
    relations: relationsOf(tables, byId, options, projectCalendar, problems),
    calendars: [...calendars.values()],
    activities,
    problems: problems.list,
    problemCounts: problems.counts,
    counts,
  };
}

const MISSING = 'standard';

function relationsOf(
  { relations }: XerTables,
  byId: ReadonlyMap<string, ScheduleActivity>,
  options: ReadonlyMap<string, XerOptions>,
  projectCalendar: ReadonlyMap<string, string>,
  problems: ProblemList,
): ScheduleRelation[] {
  return relations.flatMap(({ relation, line }) => {
    const [from, to] = [byId.get(relation.from), byId.get(relation.to)];
    if (from === undefined || to === undefined) {
      const missing = from === undefined ? relation.from : relation.to;
      const message = `activity '${missing}' is not in the file (another project?); the relation is left out`;
      problems.add('relation_external', `line ${line}`, 'TASKPRED.pred_task_id', message, 'activities of this file');
      return [];
    }
    const lagCalendar = {
      predecessor: from.calendar,
      successor: to.calendar,
      elapsed: ELAPSED_CALENDAR.id,
      project: projectCalendar.get(to.project) ?? to.calendar,
    }[options.get(to.project)?.lagCalendar ?? 'predecessor'];
    return [{ ...relation, lagCalendar }];
  });
}

/** Codes from the top of the breakdown to a place in it; each path is built once. */
function pathsOf(breakdown: XerTables['breakdown']): (id: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const path: string[] = [];
    const seen = new Set<string>();
    for (let at = id, node = breakdown.get(id); node !== undefined && !seen.has(at); node = breakdown.get(at)) {
      path.push(node.code);
      seen.add(at);
      at = node.parent;
    }
    known.set(id, path.toReversed());
    return known.get(id)!;
  };
}

/** Resource-dependent activities last by their resources, where these work at other times than the activity. */
function addSpans(
  { tasks, resources, assignments }: XerTables,
  byId: ReadonlyMap<string, ScheduleActivity>,
  calendars: ReadonlyMap<string, WorkCalendar>,
): void {
  const spans = new Map<ScheduleActivity, WorkSpan[]>();
  for (const row of assignments) {
    const activity = byId.get(row.task);
    const calendar = calendars.get(resources.get(row.resource) ?? '');
    if (activity === undefined || !tasks.get(row.task)!.byResource || calendar === undefined) continue;
    if (activity.actualFinish !== undefined || calendar.replaced) continue;
    const own = spans.get(activity);
    if (own === undefined) spans.set(activity, [spanOf(row, calendar.id)]);
    else own.push(spanOf(row, calendar.id));
  }
  for (const [activity, own] of spans) {
    const base = calendars.get(activity.calendar)!;
    const other = own.some(({ calendar, delayMs }) => delayMs > 0 || !sameTime(calendars.get(calendar)!, base));
    if (other) activity.spans = own;
  }
}

/** A WBS summary sums up the activities below its place, by way of the summaries in between. */
function addMembers({ breakdown, tasks }: XerTables, byId: ReadonlyMap<string, ScheduleActivity>): void {
  const summaries = [...byId.values()].filter(({ type }) => type === 'summary');
  if (summaries.length === 0) return;
  const below = groupBy([...breakdown.keys()], (id) => breakdown.get(id)!.parent);
  const inside = groupBy([...byId.keys()], (id) => tasks.get(id)!.wbs);
  const summaryAt = new Map(summaries.map(({ id }) => [tasks.get(id)!.wbs, id]));
  for (const summary of summaries) {
    const members: string[] = [];
    const seen = new Set<string>();
    const places = [tasks.get(summary.id)!.wbs];
    for (const place of places) {
      seen.add(place);
      for (const id of inside.get(place) ?? []) if (byId.get(id)!.type !== 'summary') members.push(id);
      for (const next of below.get(place) ?? []) {
        const nested = summaryAt.get(next);
        if (nested !== undefined && nested !== summary.id) members.push(nested);
        else if (!seen.has(next)) places.push(next);
      }
    }
    summary.members = members;
  }
}

function groupBy(ids: readonly string[], keyOf: (id: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const group = groups.get(keyOf(id));
    if (group === undefined) groups.set(keyOf(id), [id]);
    else group.push(id);
  }
  return groups;
}
