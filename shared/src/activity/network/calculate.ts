import { passBackward } from './backward.ts';
import { NetworkError } from '../schedule/errors.ts';
import { datesOf, delayToSuccessors, lateNodes } from './floats.ts';
import { passForward, type NetworkDates } from './forward.ts';
import { buildGraph, type NetworkNode } from './graph.ts';
import { orderNetwork } from './order.ts';
import type { NetworkResult } from './result.ts';
import { rollUp } from './roll-up.ts';
import type { Schedule, WallTime } from '../schedule/schedule.ts';

/** Activities that wait for each other, by id; empty when the network can be calculated. */
export function loopsOf(schedule: Schedule): string[][] {
  return orderNetwork(buildGraph(schedule)).loops;
}

/**
 * Critical path method over working-time calendars (Kelley and Walker 1959), with the rules of the tool that wrote the
 * schedule: early and late dates, total and free float. Linear in activities and relations.
 * @throws NetworkError `network_loop`, naming the activities; `network_reference_unknown`; `calendar_without_work`
 */
export function calculateNetwork(schedule: Schedule): NetworkResult {
  const graph = buildGraph(schedule);
  const { order, loops } = orderNetwork(graph);
  if (loops.length > 0) throw loop(loops);
  const passes = emptyDates(graph.nodes.length);
  const backward = schedule.projects.find(({ scheduleFromFinish }) => scheduleFromFinish !== undefined);
  const finishes = new Map<string, WallTime>();
  if (backward === undefined) passForward(order, passes);
  else {
    for (const { id, scheduleFromFinish } of schedule.projects) finishes.set(id, scheduleFromFinish ?? Infinity);
    passBackward(order, passes, { endOf: ({ project }) => finishes.get(project.id)! });
    let start = Infinity;
    for (const { index, kind } of order) if (kind === 'work') start = Math.min(start, passes.lateStart[index]!);
    passForward(order, passes, { start });
  }

  for (const node of order) {
    if (node.kind !== 'work' || backward !== undefined) continue;
    const { id } = node.project;
    finishes.set(id, Math.max(finishes.get(id) ?? -Infinity, passes.earlyFinish[node.index]!));
  }
  const finishOf = projectFinishes(schedule, finishes);
  delayToSuccessors(order, passes, finishOf);
  passBackward(order, passes, { endOf: (node) => endOf(node, passes, finishOf(node)) });
  const late = lateNodes(graph);
  if (late.size > 0) passForward(order, passes, { late });

  const work = order.filter(({ kind }) => kind === 'work');
  const dates = new Map(work.map((node) => [node.activity.id, datesOf(node, passes, finishes.get(node.project.id)!)]));
  rollUp(schedule, graph, passes, dates);
  const open = work.filter(({ activity }) => activity.actualFinish === undefined);
  return {
    schedule,
    dates,
    finishOf,
    projectFinish: finishes,
    openStarts: open.filter(({ incoming }) => incoming.length === 0).map(({ activity }) => activity.id),
    openEnds: open.filter(({ outgoing }) => outgoing.length === 0).map(({ activity }) => activity.id),
    graph,
    order,
    passes,
  };
}

/**
 * Latest finish where no successor says one: an open end, or one that only its start holds. Microsoft Project lets
 * nothing be later than the end of the project.
 */
export function endOf(node: NetworkNode, passes: NetworkDates, projectFinish: WallTime): WallTime {
  const { method, openEndsCritical } = node.project.rules;
  if (openEndsCritical && node.kind === 'work' && node.outgoing.length === 0) return passes.earlyFinish[node.index]!;
  const isHeld = method === 'p6' && node.outgoing.some(({ type }) => type === 'FS' || type === 'FF');
  return isHeld ? Infinity : projectFinish;
}

function projectFinishes(schedule: Schedule, finishes: ReadonlyMap<string, WallTime>): (node: NetworkNode) => WallTime {
  const last = Math.max(...finishes.values());
  const ends = new Map(
    schedule.projects.map(({ id, mustFinishBy, rules }) => [
      id,
      mustFinishBy ?? (rules.floatTo === 'all' ? last : (finishes.get(id) ?? last)),
    ]),
  );
  return ({ project }) => ends.get(project.id)!;
}

export function emptyDates(length: number): NetworkDates {
  const column = () => new Float64Array(length).fill(Number.NaN);
  return { earlyStart: column(), earlyFinish: column(), lateStart: column(), lateFinish: column() };
}

const SHOWN = 20;

function loop(loops: readonly string[][]): NetworkError {
  const named = loops.map((ids) => `${ids.slice(0, SHOWN).join(' → ')}${ids.length > SHOWN ? ' → …' : ''}`);
  return new NetworkError('network_loop', `activities wait for each other: ${named.slice(0, SHOWN).join('; ')}`, {
    kind: 'refused',
    field: 'relations',
    expected: 'relations without a loop',
  });
}
