import { randomBytes } from 'node:crypto';
import { alerts, and, desc, eq, isNull, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { readAlert, type Alert } from './alert.ts';
import { keyOf, type Condition } from './condition.ts';
import { muteOf, standingMutes, type Mute } from './mutes/mute.ts';

/**
 * Makes the alerts agree with what a look found: raises what is new, says again what has changed, clears what is over.
 * Nobody is told of what is muted until that ends. The same look twice changes nothing.
 */
export async function settleAlerts(tx: Db, conditions: readonly Condition[], now: number): Promise<void> {
  const open = (await tx.select().from(alerts).where(isNull(alerts.clearedAt))).map(readAlert);
  const byKey = new Map(open.map((alert) => [keyOf(alert), alert]));
  const standing = new Set<string>();
  const mutes = await standingMutes(tx, now);
  for (const condition of conditions) {
    const alert = byKey.get(keyOf(condition)) ?? (await newestOf(tx, condition));
    // What has happened and was seen is over, until it happens again.
    if (condition.ends === 'person' && (alert?.acknowledged?.at ?? -Infinity) >= condition.since) continue;
    standing.add(keyOf(condition));
    if (alert === undefined || alert.clearedAt !== undefined) await raise(tx, condition, mutes, now);
    else {
      await sayAgain(tx, alert, condition);
      if (!alert.told && muteOf(mutes, alert) === undefined) await tellNow(tx, alert, condition);
    }
  }
  for (const alert of open) {
    if (!standing.has(keyOf(alert))) await clearAlert(tx, alert, reasonFor(alert, conditions), now);
  }
}

async function newestOf(tx: Db, { kind, subject }: Condition): Promise<Alert | undefined> {
  const [row] = await tx
    .select()
    .from(alerts)
    .where(and(eq(alerts.kind, kind), eq(alerts.subject, subject)))
    .orderBy(desc(alerts.raisedAt))
    .limit(1);
  return row && readAlert(row);
}

async function raise(tx: Db, condition: Condition, mutes: readonly Mute[], now: number): Promise<void> {
  const { kind, subject, scope, sentence, details } = condition;
  const id = `al_${randomBytes(8).toString('hex')}`;
  const isMuted = muteOf(mutes, condition) !== undefined;
  await tx.insert(alerts).values({
    id,
    kind,
    subject,
    scope,
    sentence,
    details: JSON.stringify(details),
    raisedAt: now,
    lastAt: condition.since,
    count: 1,
    clearedAt: null,
    clearedReason: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    note: null,
    told: isMuted ? 0 : 1,
  });
  if (!isMuted) await emit(tx, { type: 'alert.raised', alert: id, kind, subject, scope, sentence });
}

/** Its mute is over, and it is not. */
async function tellNow(tx: Db, alert: Alert, { sentence }: Condition): Promise<void> {
  const { id, kind, subject, scope } = alert;
  await tx.update(alerts).set({ told: 1 }).where(eq(alerts.id, id));
  await emit(tx, { type: 'alert.raised', alert: id, kind, subject, scope, sentence });
}

/** No event: it was told when it was raised. */
async function sayAgain(tx: Db, alert: Alert, { sentence, details, since }: Condition): Promise<void> {
  const isAnew = since > alert.lastAt;
  const text = JSON.stringify(details);
  if (!isAnew && sentence === alert.sentence && text === JSON.stringify(alert.details)) return;
  const count = alert.count + (isAnew ? 1 : 0);
  await tx
    .update(alerts)
    .set({ sentence, details: text, count, lastAt: Math.max(since, alert.lastAt) })
    .where(eq(alerts.id, alert.id));
}

/** Within the transaction of whoever found that it is over. */
export async function clearAlert(tx: Db, alert: Alert, reason: string, now: number): Promise<void> {
  const { id, kind, subject, scope, sentence } = alert;
  const [cleared] = await tx
    .update(alerts)
    .set({ clearedAt: now, clearedReason: reason })
    .where(and(eq(alerts.id, id), isNull(alerts.clearedAt)))
    .returning({ id: alerts.id });
  // Nobody was told that it began.
  if (cleared !== undefined && alert.told)
    await emit(tx, { type: 'alert.cleared', alert: id, kind, subject, scope, sentence, reason });
}

function reasonFor({ scope, subject, acknowledged }: Alert, conditions: readonly Condition[]): string {
  const wider = conditions.find(
    ({ details }) =>
      scope === 'device' &&
      Array.isArray(details['devices']) &&
      details['devices'].includes(subject.slice('device:'.length)),
  );
  if (wider !== undefined) return `it is one of those of ${wider.subject}`;
  return acknowledged === undefined ? 'its cause has ended' : 'a person has seen to it, or its cause has ended';
}
