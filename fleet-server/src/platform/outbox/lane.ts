import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../db/index.ts';
import { deliver, type Progress, type Subscription } from './deliver.ts';

/** Wait after the database itself failed; the subscriber had no part in it. */
const DATABASE_RETRY_MS = 5_000;

export interface Lane {
  wake(): void;
  close(): Promise<void>;
  settled(): Promise<void>;
}

/** One subscriber's own loop: runs when woken, sleeps on the clock before a retry, never twice at a time. */
export function createLane(database: Database, clock: Clock, subscription: Subscription): Lane {
  const stop = new AbortController();
  const progress: Progress = {};
  let running: Promise<void> | undefined;
  let again = false;
  let cancelRetry: (() => void) | undefined;

  const retryAfter = (delayMs: number) => {
    cancelRetry?.();
    if (!stop.signal.aborted) cancelRetry = clock.after(delayMs, wake);
  };

  async function run(): Promise<void> {
    do {
      again = false;
      const retryInMs = await deliver(database, clock, subscription, progress, stop.signal).catch(
        () => DATABASE_RETRY_MS,
      );
      if (retryInMs !== null) retryAfter(retryInMs);
    } while (again && !stop.signal.aborted);
  }

  function wake(): void {
    if (stop.signal.aborted) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
      if (again) wake();
    });
  }

  // A wake-up that came during the last run has started another by now.
  const settled = async (): Promise<void> => {
    if (running === undefined) return;
    await running;
    await settled();
  };

  return {
    wake,
    async close() {
      stop.abort();
      cancelRetry?.();
      await running;
    },
    settled,
  };
}
