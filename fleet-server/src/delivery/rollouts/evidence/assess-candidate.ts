import type { DriftVerdict } from '@plumbline/shared/drift';
import { assessVersion } from '../../../insight/drift/index.ts';
import type { Database } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { asks, type RolloutSubject } from './collect.ts';

export interface AssessCandidateOptions {
  /** Predictions a verdict is made over; sparse periods are joined until they have them. */
  minimumCount?: number;
  /** So long after its end a period waits for devices that were away; ms, and never longer than the period itself. */
  graceMs?: number;
}

/** As many as retraining asks: below, only the coarsest change shows. */
const MINIMUM_COUNT = 150;
const GRACE_MS = 24 * 3_600_000;

/**
 * Judges the windows of a rollout's release that are over, for its drift gate. Each period is judged once, by whoever asks
 * first, and what has been judged is not read again, so this may be called at every look.
 * @returns verdicts that are new; none for a rollout without a drift gate, or a bundle without a reference
 */
export async function assessCandidate(
  deps: { database: Database; artifacts: ArtifactStore; now: () => number },
  rollout: Pick<RolloutSubject, 'line' | 'version' | 'plan'>,
  { minimumCount = MINIMUM_COUNT, graceMs = GRACE_MS }: AssessCandidateOptions = {},
): Promise<DriftVerdict[]> {
  if (!asks(rollout, 'drift')) return [];
  const now = deps.now();
  return assessVersion(deps, rollout, {
    upTo: now,
    minimumCount,
    settled: ({ from, to }) => to + Math.min(graceMs, to - from) <= now,
  });
}
