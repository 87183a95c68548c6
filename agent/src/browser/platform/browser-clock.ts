import type { Clock } from '@plumbline/shared/ports';

/** A tab in the background is let run once a minute, a sleeping device not at all: then the time is looked at again. */
const LOOK_AGAIN_MS = 30_000;

export interface BrowserClock extends Clock {
  /** Looks at the time now: the page was shown again, or the network came back. */
  wake(): void;
}

interface Timer {
  /** By the clock, and by time that only goes forward: whichever comes first. */
  dueAt: number;
  ripeAt: number;
  task: () => void;
}

/** What a browser knows of time: ms since 1970, and ms that no setting of the clock moves. */
export interface BrowserTime {
  now: () => number;
  elapsedMs: () => number;
}

const REAL_TIME: BrowserTime = { now: () => Date.now(), elapsedMs: () => performance.now() };

/**
 * Time of the browser. Timers are judged by what the clock says, not by how often the browser lets them run: one whose
 * time passed while the device slept fires at the next look. A clock that is set back holds no timer up.
 */
export function createBrowserClock({ now, elapsedMs }: BrowserTime = REAL_TIME): BrowserClock {
  const timers = new Set<Timer>();
  let waiting: { handle: ReturnType<typeof setTimeout>; ripeAt: number } | undefined;

  const arm = () => {
    if (timers.size === 0) return;
    const next = Math.min(...[...timers].map(({ ripeAt }) => ripeAt));
    if (waiting !== undefined && waiting.ripeAt <= next) return;
    clearTimeout(waiting?.handle);
    const delayMs = Math.min(Math.max(0, next - elapsedMs()), LOOK_AGAIN_MS);
    waiting = { handle: setTimeout(look, delayMs), ripeAt: next };
  };
  const look = () => {
    clearTimeout(waiting?.handle);
    waiting = undefined;
    const [at, elapsed] = [now(), elapsedMs()];
    const due = [...timers].filter(({ dueAt, ripeAt }) => dueAt <= at || ripeAt <= elapsed);
    due.sort((a, b) => a.ripeAt - b.ripeAt);
    for (const timer of due) {
      // An earlier task may have taken it back.
      if (!timers.delete(timer)) continue;
      timer.task();
    }
    arm();
  };

  return {
    now,
    wake: look,
    after(delayMs, task) {
      const waitMs = Math.max(0, delayMs);
      const timer = { dueAt: now() + waitMs, ripeAt: elapsedMs() + waitMs, task };
      timers.add(timer);
      arm();
      return () => {
        timers.delete(timer);
      };
    },
  };
}
