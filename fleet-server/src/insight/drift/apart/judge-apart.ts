import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { judgePeriod, type PeriodVerdict } from '../judge/judge-period.ts';
import type { Period } from '../judge/period.ts';
import type { DeviceDay } from '../merge/device-days.ts';
import type { JudgeRequest } from './judge-worker.ts';

/** Days of devices; below it handing them over costs more than it spares. */
const FEW_DAYS = 400;
/** Handed over at once: what copies them holds up whoever shares this thread. */
const DAYS_AT_A_TIME = 100;
/** A look judges one period after another: the thread that reads all the code again would cost half a second each time. */
const IDLE_MS = 10_000;

interface Thread {
  worker: Worker;
  /** Ends it when nothing came for so long. */
  idle: NodeJS.Timeout | undefined;
}

let kept: Thread | undefined;
let last: Promise<unknown> = Promise.resolve();

/** As `judgePeriod`; a large fleet in a thread, so that devices and people are answered meanwhile. */
export async function judgeApart(period: Period, minimumEffect: number | undefined): Promise<PeriodVerdict> {
  const { days, history, past } = period;
  if (days.length + Math.max(history.length, past?.length ?? 0) <= FEW_DAYS) return judgePeriod(period, minimumEffect);
  // What is handed over belongs to one period at a time.
  const verdict = last.then(() => judgeInThread(period, minimumEffect));
  last = verdict.catch(() => undefined);
  return verdict;
}

async function judgeInThread(period: Period, minimumEffect: number | undefined): Promise<PeriodVerdict> {
  const { days, history, past } = period;
  const { worker } = takeThread();
  const tell = (request: JudgeRequest): void => worker.postMessage(request, []);
  // Rejects with what ends the thread before its answer.
  const answer = once(worker, 'message') as Promise<[PeriodVerdict]>;
  answer.catch(() => undefined);
  const hand = async (of: 'days' | 'history' | 'past', all: readonly DeviceDay[]) => {
    for (let from = 0; from < all.length; from += DAYS_AT_A_TIME) {
      tell({ of, days: all.slice(from, from + DAYS_AT_A_TIME) });
      await nextTurn();
    }
  };
  try {
    await hand('days', days);
    // The newest of the past is the history: handed over once.
    const isPart = past !== undefined && history.every((day) => day.fromAt >= (history[0]?.fromAt ?? 0));
    await hand('past', past ?? []);
    if (!isPart) await hand('history', history);
    const { devices: _devices, days: _days, history: _history, past: _past, ...rest } = period;
    const historyFrom = isPart ? (history[0]?.fromAt ?? period.from) : undefined;
    tell({ of: 'period', period: rest, hasPast: past !== undefined, historyFrom, minimumEffect });
    const [verdict] = await answer;
    giveBack(worker);
    return verdict;
  } catch (error) {
    // Whatever it still holds is of a period that was not judged.
    kept = undefined;
    await worker.terminate();
    throw error;
  }
}

function takeThread(): Thread {
  kept ??= { worker: new Worker(new URL('./judge-worker.ts', import.meta.url)), idle: undefined };
  clearTimeout(kept.idle);
  kept.worker.ref();
  return kept;
}

/** It waits for the next period, and holds up nobody who wants to end. */
function giveBack(worker: Worker): void {
  worker.unref();
  if (kept === undefined) return;
  kept.idle = setTimeout(() => {
    kept = undefined;
    void worker.terminate();
  }, IDLE_MS);
  kept.idle.unref();
}
