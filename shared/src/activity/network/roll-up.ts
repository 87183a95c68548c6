import { finishDates, gapOf, totalFloat } from './floats.ts';
import type { NetworkDates } from './forward.ts';
import type { NetworkGraph, NetworkNode } from './graph.ts';
import type { ActivityDates } from './result.ts';
import type { Schedule, ScheduleActivity, ScheduleRelation, WallTime } from '../schedule/schedule.ts';

type Four = Pick<ActivityDates, 'earlyStart' | 'earlyFinish' | 'lateStart' | 'lateFinish'>;

/** Dates of what only follows: levels of effort from their relations, then summaries from their members, deepest first. */
export function rollUp(
  schedule: Schedule,
  graph: NetworkGraph,
  passes: NetworkDates,
  dates: Map<string, ActivityDates>,
): void {
  const spanned = schedule.activities.filter(({ type, inactive }) => type === 'level-of-effort' && !inactive);
  if (spanned.length > 0) spanEfforts(schedule, spanned, graph, dates);
  const summaries = new Map(
    schedule.activities.filter(({ type, inactive }) => type === 'summary' && !inactive).map((one) => [one.id, one]),
  );
  const gaps = summaries.size > 0 ? gapsOutside(summaries, graph, passes) : new Map<string, number>();
  for (const root of summaries.values()) {
    const path = [{ summary: root, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const nested = summaries.get(top.summary.members?.[top.next] ?? '');
      if (top.next++ < (top.summary.members?.length ?? 0)) {
        if (nested !== undefined && !dates.has(nested.id) && path.length <= summaries.size) {
          path.push({ summary: nested, next: 0 });
        }
        continue;
      }
      path.pop();
      sumUp(top.summary, graph, dates, gaps.get(top.summary.id));
    }
  }
}

/** Deeper than any plan that people can read. */
const MAX_LEVELS = 64;

/** Smallest gap of the relations that leave each summary; those between its own members do not hold it. */
function gapsOutside(
  summaries: ReadonlyMap<string, ScheduleActivity>,
  graph: NetworkGraph,
  passes: NetworkDates,
): Map<string, number> {
  const above = new Map<string, string>();
  for (const { id, members } of summaries.values()) for (const member of members ?? []) above.set(member, id);
  const chainOf = (id: string) => {
    const chain: string[] = [];
    for (let at = above.get(id); at !== undefined && chain.length < MAX_LEVELS; at = above.get(at)) chain.push(at);
    return chain;
  };
  const gaps = new Map<string, number>();
  for (const { activity, outgoing, time } of graph.byActivity.values()) {
    const own = outgoing.length > 0 ? chainOf(activity.id) : [];
    if (own.length === 0) continue;
    for (const link of outgoing.filter(({ to }) => to.kind === 'work' || to.kind === 'gate')) {
      const theirs = new Set([link.to.activity.id, ...chainOf(link.to.activity.id)]);
      const gap = gapOf(link, passes, time);
      if (gap === Infinity) continue;
      for (const id of own) if (!theirs.has(id)) gaps.set(id, Math.min(gaps.get(id) ?? Infinity, gap));
    }
  }
  return gaps;
}

function sumUp(
  summary: ScheduleActivity,
  graph: NetworkGraph,
  dates: Map<string, ActivityDates>,
  gap: number | undefined,
): void {
  const inside = (summary.members ?? []).flatMap((member) => dates.get(member) ?? []);
  if (inside.length === 0 || dates.has(summary.id)) return;
  const four = { earlyStart: Infinity, earlyFinish: -Infinity, lateStart: Infinity, lateFinish: -Infinity };
  for (const one of inside) {
    four.earlyStart = Math.min(four.earlyStart, one.earlyStart);
    four.earlyFinish = Math.max(four.earlyFinish, one.earlyFinish);
    four.lateStart = Math.min(four.lateStart, one.lateStart);
    four.lateFinish = Math.max(four.lateFinish, one.lateFinish);
  }
  put(summary, four, graph, dates, gap);
}

function put(
  activity: ScheduleActivity,
  four: Four,
  graph: NetworkGraph,
  dates: Map<string, ActivityDates>,
  gap: number | undefined,
): void {
  const time = graph.timeOf(activity.calendar);
  const project = graph.projectOf(activity.project);
  const startFloat = time.between(four.earlyStart, four.lateStart);
  const total = totalFloat(project, activity, startFloat, time.between(four.earlyFinish, four.lateFinish));
  // P6 gives none to what only follows; Microsoft Project holds a summary by what comes after it.
  const freeFloatMs = project.rules.method === 'p6' ? 0 : Math.max(0, gap ?? total);
  dates.set(activity.id, finishDates({ activity: activity.id, ...four }, project, activity, time, total, freeFloatMs));
}

/** A level of effort lasts from the first to the last of what its relations name, early and late alike. */
function spanEfforts(
  schedule: Schedule,
  efforts: readonly ScheduleActivity[],
  graph: NetworkGraph,
  dates: Map<string, ActivityDates>,
): void {
  const ids = new Set(efforts.map(({ id }) => id));
  const relationsOf = new Map<string, ScheduleRelation[]>();
  for (const relation of schedule.relations) {
    for (const id of [relation.from, relation.to]) {
      if (ids.has(id)) (relationsOf.get(id) ?? relationsOf.set(id, []).get(id)!).push(relation);
    }
  }
  for (const effort of efforts) {
    const project = graph.projectOf(effort.project);
    const time = graph.timeOf(effort.calendar);
    const early = ends(effort, relationsOf.get(effort.id) ?? [], graph, (node) => dates.get(node.activity.id)!, false);
    const late = ends(effort, relationsOf.get(effort.id) ?? [], graph, (node) => dates.get(node.activity.id)!, true);
    const from = Math.max(effort.actualStart === undefined ? early.start : project.dataDate, project.dataDate);
    const earlyStart = time.nextStart(Number.isFinite(from) ? from : project.dataDate);
    const remaining = time.add(earlyStart, effort.remainingMs);
    const earlyFinish = Math.max(earlyStart, Number.isFinite(early.finish) ? time.lastFinish(early.finish) : remaining);
    const lateFinish = Number.isFinite(late.finish) ? time.lastFinish(late.finish) : earlyFinish;
    const lateStart = Number.isFinite(late.start) ? time.nextStart(late.start) : earlyStart;
    const done = effort.actualFinish;
    const four =
      done === undefined
        ? { earlyStart, earlyFinish, lateStart: Math.min(lateStart, lateFinish), lateFinish }
        : { earlyStart: done, earlyFinish: done, lateStart: done, lateFinish: done };
    put(effort, four, graph, dates, undefined);
  }
}

function ends(
  effort: ScheduleActivity,
  relations: readonly ScheduleRelation[],
  graph: NetworkGraph,
  dateOf: (node: NetworkNode) => ActivityDates,
  late: boolean,
): { start: WallTime; finish: WallTime } {
  let start = Infinity;
  let finish = -Infinity;
  for (const { from, to, type, lagMs, lagCalendar } of relations) {
    const other = graph.byActivity.get(from === effort.id ? to : from);
    if (other === undefined) continue;
    const date = dateOf(other);
    const lag = graph.timeOf(lagCalendar);
    const isAfter = to === effort.id;
    const letters = isAfter ? type : [...type].toReversed().join('');
    const theirStart = letters[0] === 'S';
    const theirs = late
      ? theirStart
        ? date.lateStart
        : date.lateFinish
      : theirStart
        ? date.earlyStart
        : date.earlyFinish;
    const bound = lag.add(theirs, isAfter ? lagMs : -lagMs);
    if (letters[1] === 'S') start = Math.min(start, bound);
    else finish = Math.max(finish, bound);
  }
  return { start, finish };
}
