import type { Stopwatch } from '../../ports/index.ts';

/** Monotonic time of the process, finer than a microsecond. */
export function createNodeStopwatch(): Stopwatch {
  return { elapsedMs: () => performance.now() };
}
