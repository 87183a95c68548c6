import type { Clock } from '../ports/clock.ts';

/** A clock that only moves when told to, and runs what is due in order of time, then of insertion. */
export interface VirtualClock extends Clock {
  /** Moves time forward, running every task that falls due, and lets promises settle between two tasks. */
  advance(byMs: number): Promise<void>;
  pending(): number;
}

export interface VirtualClockOptions {
  /**
   * Resolves when everything that a task set in motion has come to rest. By default a fixed number of turns of the
   * microtask queue; where the platform has a turn of its event loop (Node: `setImmediate`), that is exact.
   */
  settle?: () => Promise<void>;
}

interface Task {
  at: number;
  order: number;
  run: () => void;
  isTakenBack: boolean;
}

const SETTLE_ROUNDS = 20;

export function createVirtualClock(
  startAt = Date.UTC(2026, 0, 1),
  { settle = settleMicrotasks }: VirtualClockOptions = {},
): VirtualClock {
  let now = startAt;
  let order = 0;
  let live = 0;
  /** A binary heap: the task at index i is due before those at 2i + 1 and 2i + 2. */
  const heap: Task[] = [];

  return {
    now: () => now,
    after(delayMs, run) {
      const task = { at: now + Math.max(0, delayMs), order: (order += 1), run, isTakenBack: false };
      push(heap, task);
      live += 1;
      return () => {
        // One that ran already is marked as well, and is not in the heap any more.
        if (!task.isTakenBack) live -= 1;
        task.isTakenBack = true;
      };
    },
    async advance(byMs) {
      const until = now + byMs;
      await settle();
      for (let first = heap[0]; first !== undefined && first.at <= until; first = heap[0]) {
        pop(heap);
        if (first.isTakenBack) continue;
        first.isTakenBack = true;
        live -= 1;
        now = Math.max(now, first.at);
        first.run();
        await settle();
      }
      now = until;
      await settle();
    },
    pending: () => live,
  };
}

async function settleMicrotasks(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) await Promise.resolve();
}

function isBefore(a: Task, b: Task): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

function push(heap: Task[], task: Task): void {
  let at = heap.length;
  heap.push(task);
  for (let above = (at - 1) >> 1; at > 0 && isBefore(task, heap[above] as Task); above = (at - 1) >> 1) {
    heap[at] = heap[above] as Task;
    at = above;
  }
  heap[at] = task;
}

function pop(heap: Task[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = heap[left + 1];
    const least = right !== undefined && isBefore(right, heap[left] as Task) ? left + 1 : left;
    const below = heap[least];
    if (below === undefined || isBefore(last, below)) break;
    heap[at] = below;
    at = least;
  }
  heap[at] = last;
}
