import type { Outbox } from '../link/outbox/index.ts';
import type { Clock } from '../ports/index.ts';
import type { StoredPredictions } from './stored-predictions.ts';
import type { Windows } from './windows.ts';

/**
 * Joins an outcome with every prediction of its activity that has none yet. Derived from what is stored, so that
 * it can be done again after a crash without counting twice: the mark and the count are one commit.
 * @returns how many predictions found their outcome
 */
export function matureOutcome(
  deps: { clock: Clock; outbox: Outbox; windows: Windows; predictions: StoredPredictions },
  activity: string,
  label: 0 | 1,
): number {
  const { outbox, windows, predictions } = deps;
  const waiting = predictions.of(activity).filter((one) => !one.matured);
  for (const one of waiting) {
    // Windows count late and in time by chance; what a value was worth is worked out where the days are known.
    if (one.label === undefined) {
      outbox.writeSoon(predictions.put({ ...one, matured: true }));
      continue;
    }
    const counted = windows.mature({ ...one, at: one.first.asOf }, one.first.score, label, deps.clock.now());
    outbox.writeSoon({ ...counted, ...predictions.put({ ...one, matured: true }) });
  }
  return waiting.length;
}
