import { randomBytes } from 'node:crypto';
import { getAlert, routesFor } from '../../insight/alerts/index.ts';
import { mailDeliveries, mark, type Database } from '../../platform/db/index.ts';
import type { EventOf } from '../../platform/outbox/index.ts';
import { compose } from './compose.ts';

/** Mark of a transaction after which there is something to send. */
export const MAIL_QUEUED = 'mail-deliveries';

/**
 * Writes one mail down for each address that the rules name for an alert. The same event again changes nothing.
 * @param of the event's number in the outbox, and when it happened, ms
 */
export async function queueMails(
  database: Database,
  event: EventOf<'alert.raised' | 'alert.cleared'>,
  of: { id: number; at: number },
): Promise<void> {
  await database.transaction(async (tx) => {
    const alert = await getAlert(tx, event.alert);
    const { email } = await routesFor(tx, alert);
    if (email.length === 0) return;
    const { subject, text } = compose(event.type, alert, 'reason' in event ? event.reason : '');
    const rows = email.map((recipient) => ({
      id: `ml_${randomBytes(12).toString('hex')}`,
      event: of.id,
      recipient,
      type: event.type,
      alert: alert.id,
      subject,
      body: text,
      state: 'waiting',
      attempts: 0,
      nextAt: of.at,
      createdAt: of.at,
    }));
    await tx.insert(mailDeliveries).values(rows).onConflictDoNothing();
    mark(tx, MAIL_QUEUED);
  });
}
