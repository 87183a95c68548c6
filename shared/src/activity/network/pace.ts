import type { NetworkNode } from './graph.ts';
import type { WallTime } from '../schedule/schedule.ts';

/** How long an activity takes from a start, and when it has to start for a finish: its own work or that of its resources. */

/** When what remains is done, if it goes on at `start`. */
export function finishOf(node: NetworkNode, start: WallTime): WallTime {
  if (node.spans.length > 0) {
    return Math.max(...node.spans.map(({ time, delayMs, remainingMs }) => time.add(start, delayMs + remainingMs)));
  }
  return node.time.add(start, remainingOf(node));
}

/** The last start that still makes `finish`. */
export function startFor(node: NetworkNode, finish: WallTime): WallTime {
  if (node.spans.length > 0) {
    return Math.min(
      ...node.spans.map(({ time, delayMs, remainingMs }) => time.startAt(time.workAt(finish) - delayMs - remainingMs)),
    );
  }
  const remaining = remainingOf(node);
  return remaining === 0 ? finish : node.time.startAt(node.time.workAt(finish) - remaining);
}

/** Where a start falls: the beginning of work, except for a point in time that may lie at an end of it. */
export function snapStart(node: NetworkNode, at: WallTime): WallTime {
  if (node.kind !== 'work' || node.activity.type === 'finish-milestone') return at;
  if (node.spans.length > 0) return Math.min(...node.spans.map(({ time }) => time.nextStart(at)));
  const isPoint = node.project.rules.method === 'ms-project' && remainingOf(node) === 0;
  return isPoint && node.time.lastFinish(at) === at ? at : node.time.nextStart(at);
}

/** Where a finish falls: the end of work, except for a point in time. */
export function snapFinish(node: NetworkNode, at: WallTime): WallTime {
  if (node.kind !== 'work') return at;
  if (node.spans.length > 0) return Math.max(...node.spans.map(({ time }) => time.lastFinish(at)));
  const isPoint = remainingOf(node) === 0 && node.activity.type !== 'finish-milestone';
  return isPoint ? at : node.time.lastFinish(at);
}

export function remainingOf({ kind, activity }: NetworkNode): number {
  return kind === 'work' && activity.actualFinish === undefined ? activity.remainingMs : 0;
}
