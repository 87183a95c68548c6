import type { NetworkDates } from './forward.ts';
import type { NetworkGraph, NetworkLink, NetworkNode } from './graph.ts';
import type { ActivityDates } from './result.ts';
import type { ScheduleActivity, ScheduleProject, WallTime } from '../schedule/schedule.ts';
import { DAY_MS } from '../schedule/work-calendar.ts';
import type { WorkingTime } from '../schedule/working-time.ts';

/** Dates and floats of one activity. Float is working time on its own calendar, as both tools count it. */
export function datesOf(node: NetworkNode, dates: NetworkDates, projectFinish: WallTime): ActivityDates {
  const { activity, project, time, index } = node;
  const isDone = activity.actualFinish !== undefined;
  const isMs = project.rules.method === 'ms-project';
  const earlyStart = dates.earlyStart[index]!;
  const earlyFinish = dates.earlyFinish[index]!;
  const startedInMs = isMs && activity.actualStart !== undefined;
  const lateFinish = isMs && isDone ? earlyFinish : dates.lateFinish[index]!;
  const lateStart = startedInMs ? earlyStart : dates.lateStart[index]!;
  const base = { activity: activity.id, earlyStart, earlyFinish, lateStart, lateFinish };
  const startFloat = time.between(earlyStart, lateStart);
  const finishFloat = time.between(earlyFinish, lateFinish);
  const isLate = isMs && activity.constraints.some(({ type }) => type === 'as-late-as-possible');
  const totalFloatMs = isDone || isLate ? 0 : totalFloat(project, activity, startFloat, finishFloat);
  const freeFloatMs = isDone ? 0 : freeFloat(node, dates, totalFloatMs, projectFinish);
  return finishDates(base, project, activity, time, totalFloatMs, freeFloatMs);
}

/** Adds what follows from a float: days as people count them, of work and of the calendar, and whether it is critical. */
export function finishDates(
  base: Pick<ActivityDates, 'activity' | 'earlyStart' | 'earlyFinish' | 'lateStart' | 'lateFinish'>,
  project: ScheduleProject,
  activity: ScheduleActivity,
  time: WorkingTime,
  totalFloatMs: number,
  freeFloatMs: number,
): ActivityDates {
  return {
    ...base,
    totalFloatMs,
    freeFloatMs,
    totalFloatWorkingDays: totalFloatMs / time.calendar.dayMs,
    totalFloatCalendarDays: (base.lateFinish - base.earlyFinish) / DAY_MS,
    critical: activity.actualFinish === undefined && totalFloatMs <= project.rules.criticalFloatMs,
  };
}

export function totalFloat(
  { rules }: ScheduleProject,
  { actualStart }: ScheduleActivity,
  startFloat: number,
  finishFloat: number,
): number {
  if (rules.totalFloat === 'start') return startFloat;
  if (rules.totalFloat === 'finish' || actualStart !== undefined) return finishFloat;
  return Math.min(startFloat, finishFloat);
}

/** How far an activity may move before a successor does: the smallest gap over its relations. */
function freeFloat(node: NetworkNode, dates: NetworkDates, totalFloatMs: number, projectFinish: WallTime): number {
  const { activity, project, time, outgoing } = node;
  const isMs = project.rules.method === 'ms-project';
  const open = outgoing.filter(({ to }) => to.kind === 'gate' || (to.kind === 'work' && !isDoneInMs(to)));
  const mandatory = activity.constraints.some(({ type }) => type === 'must-finish' || type === 'must-start');
  if (!isMs && mandatory && (open.length === 0 || activity.constraints.some(({ type }) => type === 'must-finish'))) {
    return 0;
  }
  if (open.length === 0) {
    return isMs ? Math.max(0, totalFloatMs) : time.between(dates.earlyFinish[node.index]!, projectFinish);
  }
  const gaps = open.map((link) => gapOf(link, dates, time));
  const smallest = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
  if (smallest === Infinity) return Math.max(0, totalFloatMs);
  return isMs ? Math.max(0, smallest) : smallest;
}

function isDoneInMs({ activity, project }: NetworkNode): boolean {
  return project.rules.method === 'ms-project' && activity.actualFinish !== undefined;
}

/** Working time by which `from` may move before it moves `to`. */
export function gapOf({ from, to, type, lag, lagMs }: NetworkLink, dates: NetworkDates, time: WorkingTime): number {
  const own = type === 'SS' || type === 'SF' ? dates.earlyStart : dates.earlyFinish;
  const next = type === 'FS' || type === 'SS' ? dates.earlyStart : dates.earlyFinish;
  // The members of a summary may begin later than its gate opens: what counts is its `begin`, the node after the gate.
  const at = to.kind === 'gate' ? dates.earlyStart[to.index + 1]! : next[to.index]!;
  if (!Number.isFinite(at)) return Infinity;
  return time.between(own[from.index]!, lag.add(at, -lagMs));
}

/**
 * As late as possible in P6: moves early dates by the free float, last activities first, so that no successor moves.
 */
export function delayToSuccessors(
  order: readonly NetworkNode[],
  dates: NetworkDates,
  finishOf: (node: NetworkNode) => WallTime,
): void {
  for (const node of order.toReversed()) {
    const { activity, project, time, index } = node;
    const asLate = activity.constraints.some(({ type }) => type === 'as-late-as-possible');
    if (node.kind !== 'work' || !asLate || project.rules.method !== 'p6' || activity.actualStart !== undefined)
      continue;
    const slack = freeFloat(node, dates, 0, finishOf(node));
    if (!(slack > 0)) continue;
    dates.earlyStart[index] = time.startAt(time.workAt(dates.earlyStart[index]!) + slack);
    dates.earlyFinish[index] = time.add(dates.earlyFinish[index]!, slack);
  }
}

/** Nodes whose successors see late dates instead of early ones. */
export function lateNodes({ nodes }: NetworkGraph): Set<NetworkNode> {
  return new Set(
    nodes.filter(
      ({ activity, project, kind }) =>
        kind === 'work' &&
        project.rules.method === 'ms-project' &&
        activity.actualStart === undefined &&
        activity.constraints.some(({ type }) => type === 'as-late-as-possible'),
    ),
  );
}
