import type { Clock } from '@plumbline/shared/ports';

/** Time as the replay tells it; timers run by the clock on the wall, because the network does too. */
export interface ReplayClock extends Clock {
  /** Moves forward only. */
  set(now: number): void;
}

export function createReplayClock(startAt: number): ReplayClock {
  let now = startAt;
  return {
    now: () => now,
    after(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
    set(to) {
      now = Math.max(now, to);
    },
  };
}
