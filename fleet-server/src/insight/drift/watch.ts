import { driftDays, gte, type Database } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { assessVersion } from './assess.ts';
import { assessOutcomes, noteContradictions } from './realised/assess-outcomes.ts';
import { endLeft } from './findings/end-left.ts';
import { takeEvidence } from './take/take-evidence.ts';

export interface DriftWatch {
  /** At most once an hour by the clock of the server, however often it is asked. */
  look(): Promise<void>;
}

export interface WatchOptions {
  /** Predictions that a period needs; below, only the coarsest change shows. */
  minimumCount?: number;
  /** So long after its end a period waits for devices that were away; ms, and never longer than the period itself. */
  graceMs?: number;
  intervalMs?: number;
  /** Asked before every look: false, and nothing is looked at. */
  isOn?: () => Promise<boolean>;
}

export const MINIMUM_COUNT = 150;
export const GRACE_MS = 24 * 3_600_000;
const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Versions that nobody has heard of for so long are not looked at. */
const HEARD_WITHIN_MS = 400 * DAY_MS;

/** Looks at every version that devices still speak of: inputs each hour, outcomes and what is over once a day. */
export function watchDrift(
  deps: { database: Database; artifacts: ArtifactStore; now: () => number },
  {
    minimumCount = MINIMUM_COUNT,
    graceMs = GRACE_MS,
    intervalMs = INTERVAL_MS,
    isOn = async () => true,
  }: WatchOptions = {},
): DriftWatch {
  let next = -Infinity;
  let outcomesAt = -Infinity;
  return {
    async look() {
      const now = deps.now();
      if (now < next) return;
      next = now + intervalMs;
      if (!(await isOn())) return;
      await takeEvidence(deps);
      const isOutcomesDue = now >= outcomesAt;
      if (isOutcomesDue) {
        outcomesAt = now + Math.max(intervalMs, DAY_MS);
        await noteContradictions(deps, now - HEARD_WITHIN_MS);
      }
      for (const of of await heardOf(deps.database, now - HEARD_WITHIN_MS)) {
        await assessVersion(deps, of, {
          upTo: now,
          minimumCount,
          settled: ({ from, to }) => to + Math.min(graceMs, to - from) <= now,
        });
        if (isOutcomesDue) await assessOutcomes(deps, of);
      }
      if (isOutcomesDue) await endLeft(deps);
    },
  };
}

async function heardOf({ db }: Database, since: number): Promise<{ line: string; version: string }[]> {
  return db
    .selectDistinct({ line: driftDays.line, version: driftDays.version })
    .from(driftDays)
    .where(gte(driftDays.takenAt, since));
}
