import { NetworkError } from '../schedule/errors.ts';
import type { RelationType, Schedule, ScheduleActivity, ScheduleProject } from '../schedule/schedule.ts';
import { ELAPSED_CALENDAR } from '../schedule/work-calendar.ts';
import { createWorkingTime, type WorkingTime } from '../schedule/working-time.ts';

export interface NetworkNode {
  index: number;
  /**
   * `work` is an activity. A summary that has relations of its own is three points: nothing inside begins before its
   * `gate`, its `begin` is the first start inside, its `end` the last finish.
   */
  kind: 'work' | 'gate' | 'begin' | 'end';
  activity: ScheduleActivity;
  project: ScheduleProject;
  time: WorkingTime;
  spans: { time: WorkingTime; delayMs: number; remainingMs: number }[];
  incoming: NetworkLink[];
  outgoing: NetworkLink[];
}

export interface NetworkLink {
  from: NetworkNode;
  to: NetworkNode;
  type: RelationType;
  lagMs: number;
  lag: WorkingTime;
}

export interface NetworkGraph {
  nodes: NetworkNode[];
  /** Nodes of kind `work`, by activity. */
  byActivity: Map<string, NetworkNode>;
  timeOf(calendar: string): WorkingTime;
  projectOf(id: string): ScheduleProject;
}

/** True for what takes part in the logic: neither inactive, nor summed up from others, nor spanned between others. */
export function isWork({ type, inactive }: ScheduleActivity): boolean {
  return inactive !== true && type !== 'summary' && type !== 'level-of-effort';
}

/**
 * Activities and relations as nodes and links. Relations of a level of effort drive nothing and are left to it;
 * relations of a summary go to its points.
 * @throws NetworkError `network_reference_unknown` or `calendar_without_work`, naming the field
 */
export function buildGraph(schedule: Schedule): NetworkGraph {
  const times = new Map<string, WorkingTime>();
  const calendars = new Map(schedule.calendars.map((calendar) => [calendar.id, calendar]));
  const timeOf = (id: string): WorkingTime => {
    const calendar = id === ELAPSED_CALENDAR.id ? ELAPSED_CALENDAR : calendars.get(id);
    if (calendar === undefined) throw unknown('calendars', id);
    const time = times.get(id) ?? createWorkingTime(calendar);
    times.set(id, time);
    return time;
  };
  const projects = new Map(schedule.projects.map((project) => [project.id, project]));
  const projectOf = (id: string): ScheduleProject => projects.get(id) ?? fail(unknown('projects', id));

  const nodes: NetworkNode[] = [];
  const addNode = (kind: NetworkNode['kind'], activity: ScheduleActivity): NetworkNode => {
    const spans = kind === 'work' ? (activity.spans ?? []) : [];
    const node: NetworkNode = {
      index: nodes.length,
      kind,
      activity,
      project: projectOf(activity.project),
      time: timeOf(activity.calendar),
      spans: spans.map(({ calendar, ...span }) => ({ time: timeOf(calendar), ...span })),
      incoming: [],
      outgoing: [],
    };
    nodes.push(node);
    return node;
  };
  const link = (from: NetworkNode, to: NetworkNode, type: RelationType, lagMs = 0, lag = to.time) => {
    const one: NetworkLink = { from, to, type, lagMs, lag };
    from.outgoing.push(one);
    to.incoming.push(one);
  };

  const activities = new Map(schedule.activities.map((activity) => [activity.id, activity]));
  const byActivity = new Map(schedule.activities.filter(isWork).map((one) => [one.id, addNode('work', one)]));
  const points = summaryPoints(schedule, activities, addNode, link, byActivity);
  for (const { from, to, type, lagMs, lagCalendar } of schedule.relations) {
    const before = activities.get(from) ?? fail(unknown('activities', from));
    const after = activities.get(to) ?? fail(unknown('activities', to));
    const startsFrom = type === 'SS' || type === 'SF' ? 'begin' : 'end';
    const source = byActivity.get(before.id) ?? points.get(before.id)?.[startsFrom];
    const target = byActivity.get(after.id) ?? points.get(after.id)?.gate;
    if (source !== undefined && target !== undefined) link(source, target, type, lagMs, timeOf(lagCalendar));
  }
  return { nodes, byActivity, timeOf, projectOf };
}

type Points = Record<'gate' | 'begin' | 'end', NetworkNode>;

/** Points of every summary that a relation names or that stands inside or around such a one. */
function summaryPoints(
  { activities, relations }: Schedule,
  byId: ReadonlyMap<string, ScheduleActivity>,
  addNode: (kind: NetworkNode['kind'], activity: ScheduleActivity) => NetworkNode,
  link: (from: NetworkNode, to: NetworkNode, type: RelationType) => void,
  work: ReadonlyMap<string, NetworkNode>,
): Map<string, Points> {
  const points = new Map<string, Points>();
  const isSummary = (id: string) => byId.get(id)?.type === 'summary' && byId.get(id)?.inactive !== true;
  if (!relations.some(({ from, to }) => isSummary(from) || isSummary(to))) return points;
  const summaries = activities.filter(({ id }) => isSummary(id));
  for (const one of summaries) {
    // In this order: the index of `begin` is that of `gate` plus one.
    points.set(one.id, { gate: addNode('gate', one), begin: addNode('begin', one), end: addNode('end', one) });
  }
  for (const one of summaries) {
    const own = points.get(one.id)!;
    for (const member of one.members ?? []) {
      const inner = work.get(member);
      const nested = points.get(member);
      if (inner !== undefined) {
        link(own.gate, inner, 'SS');
        link(inner, own.begin, 'SS');
        link(inner, own.end, 'FF');
      } else if (nested !== undefined) {
        link(own.gate, nested.gate, 'SS');
        link(nested.begin, own.begin, 'SS');
        link(nested.end, own.end, 'FF');
      }
    }
  }
  return points;
}

function unknown(list: string, id: string): NetworkError {
  return new NetworkError('network_reference_unknown', `the schedule names '${id}', which is not in its ${list}`, {
    field: list,
    expected: `an entry with the id '${id}'`,
  });
}

function fail(error: Error): never {
  throw error;
}
