import { alertMutes, alerts, and, isNotNull, lt, sql, type Db } from '../../platform/db/index.ts';

/**
 * Removes alerts that were over, and mutes that had ended, before a time. The newest of each kind and subject stays: by it a
 * look knows that a person has seen what happened.
 * @returns rows
 */
export async function removeOldAlerts(tx: Db, before: number): Promise<number> {
  const isFollowed = sql`exists (select 1 from alerts newer where newer.kind = ${alerts.kind} and newer.subject = ${alerts.subject} and newer.raised_at > ${alerts.raisedAt})`;
  const removed = await tx
    .delete(alerts)
    .where(and(isNotNull(alerts.clearedAt), lt(alerts.clearedAt, before), isFollowed))
    .returning({ id: alerts.id });
  const mutes = await tx.delete(alertMutes).where(lt(alertMutes.until, before)).returning({ id: alertMutes.id });
  return removed.length + mutes.length;
}
