import type { Clock } from '../ports/clock.ts';

/** A clock that only moves when told to, and runs what is due in order of time, then of insertion. */
export interface VirtualClock extends Clock {
  /** Moves time forward, running every task that falls due, and lets promises settle between two tasks. */
  advance(byMs: number): Promise<void>;
  pending(): number;
}

interface Task {
  at: number;
  order: number;
  run: () => void;
}

const SETTLE_ROUNDS = 20;

export function createVirtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = startAt;
  let order = 0;
  let tasks: Task[] = [];

  const nextDue = (until: number): Task | undefined =>
    tasks.filter((task) => task.at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order)[0];

  return {
    now: () => now,
    after(delayMs, run) {
      const task = { at: now + Math.max(0, delayMs), order: (order += 1), run };
      tasks.push(task);
      return () => {
        tasks = tasks.filter((other) => other !== task);
      };
    },
    async advance(byMs) {
      const until = now + byMs;
      await settle();
      for (let task = nextDue(until); task !== undefined; task = nextDue(until)) {
        const due = task;
        tasks = tasks.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
        await settle();
      }
      now = until;
      await settle();
    },
    pending: () => tasks.length,
  };
}

async function settle(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) await Promise.resolve();
}
