import type { Clock } from '../../shared/src/ports/index.ts';

/** Real time, for tests against servers that have no other. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
