import type { NetworkLink, NetworkNode } from './graph.ts';
import { finishOf, remainingOf, snapStart, startFor } from './pace.ts';
import type { ConstraintType, WallTime } from '../schedule/schedule.ts';

/** Dates of every node by its index; NaN where there are none yet. */
export interface NetworkDates {
  earlyStart: Float64Array;
  earlyFinish: Float64Array;
  lateStart: Float64Array;
  lateFinish: Float64Array;
}

export interface ForwardOptions {
  /** Takes the place of the start of each project: schedules from their finish. */
  start?: WallTime;
  /** Nodes that hold their successors at their late dates: as late as possible. */
  late?: ReadonlySet<NetworkNode>;
}

/** Forward pass: early dates of what remains. `order` has predecessors first. */
export function passForward(order: readonly NetworkNode[], dates: NetworkDates, options: ForwardOptions = {}): void {
  const boundsOf = (node: NetworkNode) => {
    let start = -Infinity;
    let finish = -Infinity;
    for (const link of node.incoming) {
      const bound = boundOf(link, dates, options.late?.has(link.from) === true);
      if (link.type === 'FS' || link.type === 'SS') start = Math.max(start, bound);
      else finish = Math.max(finish, bound);
    }
    return { start, finish };
  };
  for (const node of order) {
    const set = (start: WallTime, finish: WallTime) => {
      dates.earlyStart[node.index] = start;
      dates.earlyFinish[node.index] = finish;
    };
    if (node.kind === 'begin') {
      const first = node.incoming.reduce((least, { from }) => Math.min(least, dates.earlyStart[from.index]!), Infinity);
      set(first, first);
    } else if (node.kind !== 'work') {
      const { start, finish } = boundsOf(node);
      const at = Math.max(start, finish);
      set(at, at);
    } else if (node.activity.fixed !== undefined) set(node.activity.fixed.start, node.activity.fixed.finish);
    else if (node.activity.actualFinish !== undefined) placeFinished(node, boundsOf(node), set);
    else if (node.activity.actualStart !== undefined) placeStarted(node, boundsOf(node), set);
    else placeOpen(node, boundsOf(node), options, set);
  }
}

type Bounds = { start: WallTime; finish: WallTime };
type Set = (start: WallTime, finish: WallTime) => void;

/** P6 lets a finished activity hand on what its open predecessors impose, unless progress overrides logic. */
function placeFinished({ activity, project }: NetworkNode, bounds: Bounds, set: Set): void {
  if (project.rules.method === 'ms-project')
    set(activity.actualStart ?? activity.actualFinish!, activity.actualFinish!);
  else {
    const retained = project.rules.outOfSequence === 'retained-logic';
    const at = Math.max(project.dataDate, retained ? bounds.start : -Infinity, retained ? bounds.finish : -Infinity);
    set(at, at);
  }
}

function placeStarted(node: NetworkNode, bounds: Bounds, set: Set): void {
  const { activity, project } = node;
  if (project.rules.method === 'ms-project') {
    const actual = activity.actualStart!;
    const whole = node.time.add(actual, activity.durationMs);
    const resumed = activity.resume === undefined ? -Infinity : finishOf(node, node.time.nextStart(activity.resume));
    set(actual, Math.max(resumed === -Infinity ? whole : resumed, ...constraintDates(node, ['finish-no-earlier'])));
    return;
  }
  const retained = project.rules.outOfSequence === 'retained-logic';
  const from = Math.max(project.dataDate, activity.resume ?? -Infinity, retained ? bounds.start : -Infinity);
  const finish = Math.max(retained ? bounds.finish : -Infinity, ...constraintDates(node, FINISH_BOUNDS));
  place(node, from, finish, set);
}

const FINISH_BOUNDS: readonly ConstraintType[] = ['finish-no-earlier', 'finish-on'];
const START_BOUNDS: readonly ConstraintType[] = ['start-no-earlier', 'start-on'];

function placeOpen(node: NetworkNode, bounds: Bounds, options: ForwardOptions, set: Set): void {
  const { activity, project } = node;
  const isP6 = project.rules.method === 'p6';
  const [mustStart] = constraintDates(node, ['must-start']);
  const [mustFinish] = constraintDates(node, ['must-finish']);
  if (mustStart !== undefined) {
    const start = snapStart(node, mustStart);
    return set(start, finishOf(node, start));
  }
  if (mustFinish !== undefined) return set(snapStart(node, startFor(node, mustFinish)), mustFinish);
  const projectStart = options.start ?? Math.max(project.start, isP6 ? project.dataDate : -Infinity);
  const isFree = node.incoming.length === 0 || isP6 || bounds.start === -Infinity;
  const levelled = (at: WallTime) =>
    activity.levelingDelayMs ? node.time.add(node.time.nextStart(at), activity.levelingDelayMs) : at;
  let from = Math.max(
    isFree ? projectStart : -Infinity,
    bounds.start,
    activity.externalEarlyStart ?? -Infinity,
    ...constraintDates(node, START_BOUNDS),
  );
  from = levelled(from);
  // Microsoft Project honours a constraint against the network; in P6 these move late dates only.
  if (!isP6) {
    const latest = constraintDates(node, ['finish-no-later']).map((date) => startFor(node, date));
    from = Math.min(from, ...constraintDates(node, ['start-no-later']), ...latest);
  }
  place(node, from, Math.max(bounds.finish, ...constraintDates(node, FINISH_BOUNDS)), set);
}

/** From the first moment allowed, later if only so it does not finish before `finish`. */
function place(node: NetworkNode, from: WallTime, finishBound: WallTime, set: Set): void {
  const { activity, project, time } = node;
  let start = snapStart(node, from);
  let finish = finishOf(node, start);
  if (finishBound > finish && time.workAt(finishBound) > time.workAt(finish)) {
    start = snapStart(node, startFor(node, finishBound));
    finish = Math.max(finishOf(node, start), start);
  }
  // The same moment in working time: Microsoft Project writes the one the relation names.
  if (project.rules.method === 'ms-project') finish = Math.max(finish, finishBound);
  if (remainingOf(node) === 0 && finishBound > start && project.rules.method === 'p6') start = finish = finishBound;
  if (project.rules.useExpectedFinish && activity.expectedFinish !== undefined) {
    finish = Math.max(start, activity.expectedFinish);
  }
  set(start, finish);
}

export function constraintDates({ activity }: NetworkNode, types: readonly ConstraintType[]): WallTime[] {
  return activity.constraints.flatMap(({ type, date }) => (date !== undefined && types.includes(type) ? [date] : []));
}

/** Earliest start or finish, by the type of the relation, that it allows its successor. */
export function boundOf(link: NetworkLink, dates: NetworkDates, late = false): WallTime {
  const { from, type, lag, lagMs } = link;
  const starts = late ? dates.lateStart : dates.earlyStart;
  const finishes = late ? dates.lateFinish : dates.earlyFinish;
  const fromStart = type === 'SS' || type === 'SF';
  const base = (fromStart ? starts : finishes)[from.index]!;
  const { activity, project } = from;
  // A point of a summary that holds nothing.
  if (!Number.isFinite(base)) return -Infinity;
  if (project.rules.method === 'ms-project' || from.kind !== 'work') return lag.add(base, lagMs);
  if (activity.actualFinish !== undefined) {
    const actual = fromStart ? (activity.actualStart ?? activity.actualFinish) : activity.actualFinish;
    return Math.max(base, lag.add(actual, lagMs));
  }
  if (!fromStart || activity.actualStart === undefined) return lag.add(base, lagMs);
  if (!project.rules.startLagFromEarlyStart) return Math.max(base, lag.add(activity.actualStart, lagMs));
  return lag.add(base, restOfLag(link));
}

/** Of a positive lag after a start that has happened: what the data date has not passed yet. */
export function restOfLag({ from, lag, lagMs }: NetworkLink): number {
  const { actualStart } = from.activity;
  if (actualStart === undefined || from.project.rules.method === 'ms-project' || lagMs <= 0) return lagMs;
  return Math.max(0, lagMs - Math.max(0, lag.between(actualStart, from.project.dataDate)));
}
