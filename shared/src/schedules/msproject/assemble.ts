import type {
  Schedule,
  ScheduleActivity,
  ScheduleProject,
  ScheduleRelation,
} from '../../activity/schedule/schedule.ts';
import {
  ELAPSED_CALENDAR,
  intersectCalendars,
  sameTime,
  standardWeek,
  type WorkCalendar,
} from '../../activity/schedule/work-calendar.ts';
import { createWorkingTime } from '../../activity/schedule/working-time.ts';
import { isCodedError } from '../../errors/index.ts';
import { given } from '../given.ts';
import type { ProblemList } from '../problems.ts';
import { buildCalendars, type CalendarElement } from './calendars.ts';
import type { XmlElement } from './elements.ts';
import type { TaskElement } from './tasks.ts';
import { createElementReader } from './values.ts';

export interface MsProjectParts {
  /** The simple elements of the project. */
  header: XmlElement;
  calendars: Map<string, CalendarElement>;
  tasks: Map<string, TaskElement>;
  /** Calendar of each resource that works. */
  resources: Map<string, string>;
  assignments: {
    task: string;
    resource: string;
    units: number;
    workMs: number;
    delayMs: number;
    contour: number;
    at: string;
  }[];
}

const MINUTE_MS = 60_000;

/** Puts the parts together: hierarchy by outline level, calendars and relations resolved. */
export function assembleSchedule(
  parts: MsProjectParts,
  id: string,
  problems: ProblemList,
  counts: Record<string, number>,
): Schedule {
  const read = createElementReader(parts.header, 'Project', problems);
  const dayMs = (read.number('MinutesPerDay') || 480) * MINUTE_MS;
  const calendars = new Map(buildCalendars(parts.calendars, dayMs, problems).map((one) => [one.id, one]));
  const calendarOf = (wanted: string, fallback: string, at: string): string => {
    if (calendars.has(wanted) || wanted === ELAPSED_CALENDAR.id) return wanted;
    problems.add(
      'calendar_unknown',
      at,
      'CalendarUID',
      `calendar '${wanted}' is not in the file`,
      'a UID of Calendars',
    );
    if (calendars.has(fallback)) return fallback;
    calendars.set(MISSING, { ...standardWeek(MISSING, 'standard week'), dayMs, replaced: true });
    return MISSING;
  };
  const own = calendarOf(read.text('CalendarUID') ?? '', '', 'Project');
  const tasks = [...parts.tasks.values()];
  for (const { activity, at } of tasks) {
    activity.calendar = activity.calendar === '' ? own : calendarOf(activity.calendar, own, at);
  }
  addHierarchy(tasks);
  addSpans(parts, calendars, problems);

  const starts = tasks.flatMap(({ activity }) => activity.stored.start ?? []);
  const start = read.date('StartDate') ?? starts.reduce((first, at) => Math.min(first, at), Infinity);
  if (!Number.isFinite(start)) {
    problems.add('project_without_date', 'Project', 'StartDate', 'no start: 1970 is taken', 'StartDate');
  }
  const first = Number.isFinite(start) ? start : 0;
  const isFromFinish = read.text('ScheduleFromStart') !== undefined && !read.flag('ScheduleFromStart');
  const project: ScheduleProject = {
    id,
    name: read.text('Title') ?? read.text('Name') ?? id,
    dataDate: read.date('StatusDate') ?? first,
    start: first,
    ...given({ scheduleFromFinish: isFromFinish ? read.date('FinishDate') : undefined }),
    calendar: own,
    rules: {
      method: 'ms-project',
      outOfSequence: 'retained-logic',
      totalFloat: 'smallest',
      useExpectedFinish: false,
      startLagFromEarlyStart: true,
      floatTo: 'project',
      openEndsCritical: read.flag('MultipleCriticalPaths'),
      criticalFloatMs: (read.number('CriticalSlackLimit') ?? 0) * dayMs,
    },
  };
  return {
    source: 'ms-project-xml',
    projects: [project],
    calendars: [...calendars.values()],
    activities: tasks.map(({ activity }) => activity),
    relations: relationsOf(parts.tasks, problems),
    problems: problems.list,
    problemCounts: problems.counts,
    counts,
  };
}

const MISSING = 'standard';

/** Tasks stand in the order of the list; one level deeper means inside the summary above. */
function addHierarchy(tasks: readonly TaskElement[]): void {
  const above: { level: number; activity: ScheduleActivity; members: string[] }[] = [];
  for (const { activity, outlineLevel, isSummary } of tasks) {
    while ((above.at(-1)?.level ?? -1) >= outlineLevel) above.pop();
    above.at(-1)?.members.push(activity.id);
    activity.wbs = above.filter(({ level }) => level > 0).map((one) => one.activity.name);
    if (!isSummary) continue;
    const members: string[] = [];
    activity.members = members;
    above.push({ level: outlineLevel, activity, members });
  }
}

function relationsOf(tasks: ReadonlyMap<string, TaskElement>, problems: ProblemList): ScheduleRelation[] {
  return [...tasks.values()].flatMap(({ activity, links, at }) =>
    links.flatMap(({ from, type, lagMs, percent, elapsed, crossProject }) => {
      const before = tasks.get(from)?.activity;
      if (before === undefined || crossProject) {
        const message = `predecessor '${from}' is not in the file (another project?); the relation is left out`;
        problems.add('relation_external', `${at}/PredecessorLink`, 'PredecessorUID', message, 'a UID of this file');
        return [];
      }
      const lag = percent === undefined ? lagMs : Math.round((before.durationMs * percent) / 100);
      // A lag runs on the calendar of the task that waits.
      return [
        { from, to: activity.id, type, lagMs: lag, lagCalendar: elapsed ? ELAPSED_CALENDAR.id : activity.calendar },
      ];
    }),
  );
}

/** Work is done when its resources work, unless the task says otherwise or they all work when the task does. */
function addSpans(
  { tasks, resources, assignments }: MsProjectParts,
  calendars: Map<string, WorkCalendar>,
  problems: ProblemList,
): void {
  const flat = new Set<ScheduleActivity>();
  for (const { task, resource, units, workMs, delayMs, contour, at } of assignments) {
    const element = tasks.get(task);
    const calendar = calendars.get(resources.get(resource) ?? '');
    if (element === undefined || calendar === undefined || element.ignoresResources || !(units > 0)) continue;
    const { activity } = element;
    if (activity.type === 'summary' || activity.actualFinish !== undefined || workMs <= 0) continue;
    if (contour !== 0) {
      problems.add('work_contour', at, 'WorkContour', 'uneven work: the duration of the task is taken', '0 (flat)');
      flat.add(activity);
      continue;
    }
    const base = calendars.get(activity.calendar)!;
    const used = element.hasCalendar ? common(base, calendar, calendars, at, problems) : calendar;
    const span = { calendar: used.id, delayMs, remainingMs: Math.round(workMs / units) };
    activity.spans = [...(activity.spans ?? []), span];
  }
  for (const { activity } of tasks.values()) {
    const base = calendars.get(activity.calendar);
    const same = activity.spans?.every(
      ({ calendar, delayMs }) => delayMs === 0 && base !== undefined && sameTime(calendars.get(calendar)!, base),
    );
    if (same === true || flat.has(activity)) delete activity.spans;
  }
}

/** Time that both the task and the resource work; without any, that of the task. */
function common(
  task: WorkCalendar,
  resource: WorkCalendar,
  calendars: Map<string, WorkCalendar>,
  at: string,
  problems: ProblemList,
): WorkCalendar {
  const id = `${task.id}+${resource.id}`;
  const known = calendars.get(id);
  if (known !== undefined) return known;
  const both = intersectCalendars(id, task, resource);
  try {
    createWorkingTime(both);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    problems.add(
      'calendar_without_overlap',
      at,
      'ResourceUID',
      'task and resource never work at the same time',
      'an overlap',
    );
    return task;
  }
  calendars.set(id, both);
  return both;
}
