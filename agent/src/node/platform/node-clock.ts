import type { Clock } from '@plumbline/shared/ports';

/** `setTimeout` fires at once beyond this; longer waits are made of several. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The clock of the machine. Timers do not keep the process alive: what does is what it serves. */
export function createNodeClock(): Clock {
  return { now: () => Date.now(), after: realTimer };
}

/** Runs `task` once after `delayMs` of real time; the returned function takes it back. */
export function realTimer(delayMs: number, task: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const part = Math.min(Math.max(0, leftMs), LONGEST_TIMER_MS);
    timer = setTimeout(() => (leftMs > part ? wait(leftMs - part) : task()), part);
    timer.unref();
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}
