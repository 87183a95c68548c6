import { count, desc, eq, mailDeliveries, max, type ReadDb } from '../../../platform/db/index.ts';
import type { Condition } from '../condition.ts';

/** Addresses that mails were given up for. */
export async function deadMail(db: ReadDb): Promise<Condition[]> {
  const { recipient, state, lastAt, lastReason } = mailDeliveries;
  const dead = await db
    .select({ recipient, count: count(), lastAt: max(lastAt) })
    .from(mailDeliveries)
    .where(eq(state, 'dead'))
    .groupBy(recipient);
  if (dead.length === 0) return [];
  const reasons = await db
    .select({ recipient, lastReason })
    .from(mailDeliveries)
    .where(eq(state, 'dead'))
    .orderBy(desc(lastAt))
    .limit(500);
  return dead.map((one): Condition => {
    const reason = reasons.find((last) => last.recipient === one.recipient)?.lastReason ?? 'unknown';
    return {
      kind: 'mail_dead',
      subject: `mail:${one.recipient}`,
      scope: 'mail',
      sentence: `Mails to ${one.recipient} were given up (${Number(one.count)}); the last one: ${reason}.`,
      details: { messages: Number(one.count), todo: 'Mend it, then `alerts mails retry`; or `alerts mails drop`.' },
      since: one.lastAt ?? 0,
      ends: 'cause',
    };
  });
}
