import type { Clock } from '../../ports/clock.ts';

/** The clock of a device as its owner set it: it may say anything, while its timers run on. */
export interface WallClock extends Clock {
  /** From now on it is wrong by so many ms. */
  setOffset(offsetMs: number): void;
  offsetMs(): number;
}

export function createWallClock(truth: Clock): WallClock {
  let offsetMs = 0;
  return {
    now: () => truth.now() + offsetMs,
    after: (delayMs, task) => truth.after(delayMs, task),
    setOffset(next) {
      offsetMs = next;
    },
    offsetMs: () => offsetMs,
  };
}
