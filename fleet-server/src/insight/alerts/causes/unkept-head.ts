import { unkeptSince } from '../../../platform/audit/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { Condition } from '../condition.ts';

const DAY_MS = 86_400_000;

/** Places at which no head of the audit could be kept for a day. */
export async function unkeptHead(db: ReadDb, now: number): Promise<Condition[]> {
  const places = await unkeptSince(db, now - DAY_MS);
  return places.map(({ place, failingSince, lastReason, headId }) => ({
    kind: 'audit_head_unkept',
    subject: `audit:${place}`,
    scope: 'fleet',
    sentence: `The head of the audit has not reached ${place} for a day (${lastReason ?? 'unknown'}): what is cut off its end since row ${headId} would not show.`,
    details: { place, headId },
    since: (failingSince ?? 0) + DAY_MS,
    ends: 'cause',
  }));
}
