import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { judgePeriod, type PeriodVerdict } from '../judge/judge-period.ts';
import type { Period } from '../judge/period.ts';
import type { DeviceDay } from '../merge/device-days.ts';
import type { JudgeRequest } from './judge-worker.ts';

/** Days of devices, about 100 ms of judging: a thread that starts takes ten times as much of a core. */
const FEW_DAYS = 3000;
/** Handed over at once: what copies them holds up whoever shares this thread. */
const DAYS_AT_A_TIME = 100;

/** As `judgePeriod`; a large fleet in a thread, so that devices and people are answered meanwhile. */
export async function judgeApart(
  period: Period,
  minimumEffect: number | undefined,
  { fewDays = FEW_DAYS } = {},
): Promise<PeriodVerdict> {
  const { days, history, past } = period;
  if (days.length + Math.max(history.length, past?.length ?? 0) <= fewDays) return judgePeriod(period, minimumEffect);
  const worker = new Worker(new URL('./judge-worker.ts', import.meta.url));
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
    return verdict;
  } finally {
    await worker.terminate();
  }
}
