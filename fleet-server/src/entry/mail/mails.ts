import { record } from '../../platform/audit/index.ts';
import {
  and,
  count,
  cursorOf,
  desc,
  eq,
  mailDeliveries,
  mark,
  olderThan,
  pageOfRows,
  type Database,
  type ReadDb,
} from '../../platform/db/index.ts';
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

export interface MailPage {
  mails: QueuedMail[];
  next: string | null;
  /** Given up, on whatever page. */
  dead: number;
}

/**
 * A page of mails, newest first.
 * @param filter `state`: `waiting`, `delivered` or `dead`; all without
 * @throws CursorError `cursor_malformed`
 */
export async function mailPage(
  db: ReadDb,
  { state }: { state?: string | undefined },
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<MailPage> {
  const { createdAt, id, state: of } = mailDeliveries;
  const rows = await db
    .select()
    .from(mailDeliveries)
    .where(and(state === undefined ? undefined : eq(of, state), olderThan({ at: createdAt, id }, cursor)))
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1);
  const [dead] = await db.select({ number: count() }).from(mailDeliveries).where(eq(of, 'dead'));
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.createdAt, last.id));
  const mails = page.map(({ body: _body, nextAt: _nextAt, event: _event, ...mail }) => mail);
  return { mails, next, dead: dead?.number ?? 0 };
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
