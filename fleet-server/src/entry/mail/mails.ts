import { record } from '../../platform/audit/index.ts';
import { and, desc, eq, mailDeliveries, mark, type Database, type ReadDb } from '../../platform/db/index.ts';
import { MAIL_QUEUED } from './queue.ts';

/** A mail on its way, without its text. */
export interface QueuedMail {
  id: string;
  recipient: string;
  type: string;
  alert: string;
  subject: string;
  state: string;
  attempts: number;
  createdAt: number;
  lastAt: number | null;
  lastReason: string | null;
}

const MOST = 500;

/** Newest first, at most 500. @param state `waiting`, `delivered` or `dead`; all without */
export async function listMails(db: ReadDb, state?: string): Promise<QueuedMail[]> {
  const rows = await db
    .select()
    .from(mailDeliveries)
    .where(state === undefined ? undefined : eq(mailDeliveries.state, state))
    .orderBy(desc(mailDeliveries.createdAt), desc(mailDeliveries.event))
    .limit(MOST);
  return rows.map(({ body: _body, nextAt: _nextAt, event: _event, ...mail }) => mail);
}

/** Sends again what was given up, or lets it be: of one address, or of all. */
export async function settleDead(
  { database, now }: { database: Database; now: () => number },
  actor: string,
  { order, to }: { order: 'retry' | 'drop'; to?: string | undefined },
): Promise<{ order: string; mails: number }> {
  const dead = and(eq(mailDeliveries.state, 'dead'), to === undefined ? undefined : eq(mailDeliveries.recipient, to));
  return database.transaction(async (tx) => {
    const touched =
      order === 'drop'
        ? await tx.delete(mailDeliveries).where(dead).returning({ id: mailDeliveries.id })
        : await tx
            .update(mailDeliveries)
            .set({ state: 'waiting', attempts: 0, nextAt: now() })
            .where(dead)
            .returning({ id: mailDeliveries.id });
    mark(tx, MAIL_QUEUED);
    const details = { mails: touched.length, ...(to !== undefined && { to }) };
    await record(tx, { actor, action: `alerts.mails-${order}`, subject: 'mail', details });
    return { order, mails: touched.length };
  });
}
