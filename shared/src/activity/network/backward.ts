import { constraintDates, restOfLag, type NetworkDates } from './forward.ts';
import type { NetworkLink, NetworkNode } from './graph.ts';
import { finishOf, remainingOf, snapFinish, snapStart, startFor } from './pace.ts';
import type { WallTime } from '../schedule/schedule.ts';

export interface BackwardOptions {
  /** Latest finish where nothing else says; Infinity leaves a node without late dates. */
  endOf: (node: NetworkNode) => WallTime;
  /** Without constraints and deadlines: only the logic of the network. */
  logicOnly?: boolean;
}

/** Backward pass: late dates of what remains. `order` has predecessors first. */
export function passBackward(order: readonly NetworkNode[], dates: NetworkDates, options: BackwardOptions): void {
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    const end = options.endOf(node);
    let start = Infinity;
    let finish = end;
    for (const link of node.outgoing) {
      const bound = lateBoundOf(link, dates);
      if (bound === Infinity) continue;
      if (link.type === 'FS' || link.type === 'FF') finish = Math.min(finish, bound);
      else start = Math.min(start, bound);
    }
    if (!(options.logicOnly === true)) ({ start, finish } = constrain(node, start, finish));
    place(node, start, finish, end, dates);
  }
}

/** Latest start or finish, by the type of the relation, that it allows its predecessor. */
function lateBoundOf(link: NetworkLink, dates: NetworkDates): WallTime {
  const { from, to, type, lag } = link;
  const toStart = type === 'FS' || type === 'SS';
  const base = (toStart ? dates.lateStart : dates.lateFinish)[to.index]!;
  if (base === Infinity || Number.isNaN(base)) return Infinity;
  // What is done waits for nothing; what has started does not hold back who may start with it.
  if (to.activity.actualFinish !== undefined && to.kind === 'work') {
    return to.project.rules.method === 'ms-project' ? Infinity : base;
  }
  if (to.kind === 'begin' && dates.earlyStart[from.index] !== dates.earlyStart[to.index]) return Infinity;
  return lag.add(base, -restOfLag(link));
}

function constrain(node: NetworkNode, start: WallTime, finish: WallTime): { start: WallTime; finish: WallTime } {
  const { activity } = node;
  if (node.kind !== 'work') return { start, finish };
  const [mustStart] = activity.actualStart === undefined ? constraintDates(node, ['must-start']) : [];
  const [mustFinish] = constraintDates(node, ['must-finish']);
  if (mustFinish !== undefined) return { start: Infinity, finish: mustFinish };
  if (mustStart !== undefined) return { start: mustStart, finish: finishOf(node, snapStart(node, mustStart)) };
  const starts = activity.actualStart === undefined ? constraintDates(node, ['start-no-later', 'start-on']) : [];
  return {
    start: Math.min(start, ...starts),
    finish: Math.min(
      finish,
      activity.deadline ?? Infinity,
      activity.externalLateFinish ?? Infinity,
      ...constraintDates(node, ['finish-no-later', 'finish-on']),
    ),
  };
}

function place(
  node: NetworkNode,
  startBound: WallTime,
  finishBound: WallTime,
  end: WallTime,
  dates: NetworkDates,
): void {
  let lateFinish = finishBound === Infinity ? Infinity : snapFinish(node, finishBound);
  let lateStart = lateFinish === Infinity ? Infinity : startFor(node, lateFinish);
  if (startBound < lateStart) {
    lateStart = node.kind === 'work' ? snapStart(node, startBound) : startBound;
    lateFinish = finishOf(node, lateStart);
  }
  // A start milestone is written as a start, but never after the end of everything.
  if (node.activity.type === 'start-milestone' && node.kind === 'work' && lateStart !== Infinity) {
    const snapped = remainingOf(node) === 0 ? node.time.nextStart(lateStart) : lateStart;
    lateStart = lateFinish = Math.min(snapped, Math.max(end, lateStart));
  }
  dates.lateStart[node.index] = lateStart;
  dates.lateFinish[node.index] = lateFinish;
}
