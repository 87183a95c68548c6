import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { record } from '../../../platform/audit/index.ts';
import { alertMutes, and, eq, isNull, type Database } from '../../../platform/db/index.ts';
import { getAlert } from '../alert.ts';
import type { AlertKind } from '../condition.ts';
import { AlertError } from '../errors.ts';
import { ALERT_KINDS } from '../severity.ts';
import { getMute, type Mute } from './mute.ts';

/** What is muted for longer is forgotten. */
const LONGEST_MS = 90 * 24 * 3_600_000;

export const newMute = z.strictObject({
  /** Mutes the kind and subject of this one. */
  alert: z.string().max(64).optional(),
  kind: z.enum(ALERT_KINDS as [AlertKind, ...AlertKind[]]).optional(),
  subject: z.string().min(1).max(300).optional(),
  /** Ms. */
  until: z.number().int().positive().optional(),
  /** Instead of `until`, from now by the clock of the server; ms. */
  forMs: z.number().int().positive().optional(),
  reason: z.string().max(500).default(''),
});

/**
 * Tells nobody of alerts of a kind, of a subject, or of both, until a moment. They are raised, listed and cleared as ever;
 * those that still stand when it ends are told of then.
 * @throws AlertError `alert_unknown`, `alert_mute_empty`, `alert_mute_time`
 */
export async function muteAlerts(
  deps: { database: Database; now: () => number },
  actor: string,
  order: z.infer<typeof newMute>,
): Promise<Mute> {
  const now = deps.now();
  const { reason } = order;
  const until = untilOf(order, now);
  if (until <= now || until > now + LONGEST_MS) {
    throw new AlertError('alert_mute_time', `a mute until ${new Date(until).toISOString()}`, {
      field: 'until',
      expected: 'a moment to come, within 90 days',
    });
  }
  const { kind, subject } = order.alert === undefined ? order : await getAlert(deps.database.db, order.alert);
  if (kind === undefined && subject === undefined) {
    throw new AlertError('alert_mute_empty', 'a mute of everything', {
      field: 'kind',
      expected: 'an alert, a kind or a subject',
    });
  }
  const id = `mu_${randomBytes(8).toString('hex')}`;
  await deps.database.transaction(async (tx) => {
    const row = { id, kind: kind ?? null, subject: subject ?? null, until, reason };
    await tx.insert(alertMutes).values({ ...row, createdBy: actor, createdAt: now, endedAt: null });
    const details = { kind, subject, until, reason };
    await record(tx, { actor, action: 'alerts.mute', subject: `alert-mute:${id}`, details });
  });
  return getMute(deps.database.db, id);
}

function untilOf({ until, forMs }: z.infer<typeof newMute>, now: number): number {
  if (until !== undefined && forMs === undefined) return until;
  if (forMs !== undefined && until === undefined) return now + forMs;
  throw new AlertError('alert_mute_time', 'a mute with two ends, or with none', {
    field: 'until',
    expected: '`until` or `forMs`',
  });
}

/** Takes a mute back before it is over. @throws AlertError `alert_mute_unknown`, `alert_mute_over` */
export async function unmuteAlerts(
  deps: { database: Database; now: () => number },
  actor: string,
  id: string,
): Promise<Mute> {
  await deps.database.transaction(async (tx) => {
    const mute = await getMute(tx, id);
    if (mute.endedAt !== undefined || mute.until <= deps.now()) {
      throw new AlertError('alert_mute_over', `mute ${id} is over`, { kind: 'conflict', field: 'mute' });
    }
    await tx
      .update(alertMutes)
      .set({ endedAt: deps.now() })
      .where(and(eq(alertMutes.id, id), isNull(alertMutes.endedAt)));
    await record(tx, { actor, action: 'alerts.unmute', subject: `alert-mute:${id}`, details: {} });
  });
  return getMute(deps.database.db, id);
}
