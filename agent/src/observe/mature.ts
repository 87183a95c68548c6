import type { Clock } from '../ports/index.ts';
import type { Outbox } from '../link/outbox/index.ts';
import type { LocalDrift } from './detect/local-drift.ts';
import type { StoredPrediction, StoredPredictions } from './stored-predictions.ts';
import type { Windows } from './windows.ts';
import { joinWrites } from './windows/join-writes.ts';

export interface MatureDeps {
  clock: Clock;
  outbox: Pick<Outbox, 'writeSoon'>;
  windows: Windows;
  predictions: StoredPredictions;
  localDrift?: Pick<LocalDrift, 'take'> | undefined;
}

/** What is known of an activity now. */
export interface JoinedOutcome {
  /** Undefined while people contradict each other: then nothing is counted. */
  label: 0 | 1 | undefined;
  /** When it could first be known, ms: what was said from then on was no prediction. */
  knownAt: number;
}

/**
 * Brings what is counted for an activity in line with what is known of its outcome: counts it once for each prediction,
 * takes back what does not hold any more. Derived from what is stored, so that it can be done again after a crash without
 * counting twice: mark, count and detectors are one commit.
 * @returns how many predictions had it counted, or taken back
 */
export function matureOutcome(deps: MatureDeps, activity: string, { label, knownAt }: JoinedOutcome): number {
  let changed = 0;
  for (const one of deps.predictions.of(activity)) {
    const isPrediction = Math.max(one.first.at, one.first.asOf) < knownAt;
    // Windows count late and in time by chance; what a value was worth is worked out where the days are known.
    const isJoined = one.first.counted && isPrediction && one.label !== undefined;
    const wanted = isJoined ? label : undefined;
    if (wanted === one.outcome) continue;
    changed += 1;
    deps.outbox.writeSoon(join(deps, one, wanted));
  }
  return changed;
}

function join(
  { clock, windows, predictions, localDrift }: MatureDeps,
  one: StoredPrediction,
  wanted: 0 | 1 | undefined,
) {
  const { first, outcome: before, heard = false, ...rest } = one;
  const of = { line: one.line, sha256: one.sha256, at: first.asOf };
  const isHeard = heard || (wanted !== undefined && localDrift !== undefined);
  const next: StoredPrediction = {
    ...rest,
    first,
    ...(wanted !== undefined && { outcome: wanted }),
    ...(isHeard && { heard: true }),
  };
  return joinWrites([
    before === undefined ? {} : windows.correct(of, first, before),
    wanted === undefined ? {} : windows.mature(of, first, wanted),
    wanted === undefined || heard ? {} : (localDrift?.take(one, first.selected !== (wanted === 1), clock.now()) ?? {}),
    predictions.put(next),
  ]);
}
