import { randomBytes } from 'node:crypto';
import { and, eq, mark, min, webhookDeliveries, type Db } from '../../../platform/db/index.ts';

/** Mark of a transaction after which there is something to send. */
export const QUEUED = 'webhook-deliveries';

/**
 * Writes down one message for one receiver. An event that is delivered to us a second time is known by its number and
 * keeps the id it has.
 * @returns the id of the delivery, which is the `webhook-id` of every attempt
 */
export async function queueMessage(
  tx: Db,
  webhook: string,
  message: { event: number | 'ping'; type: string; body: string; at: number },
): Promise<string> {
  const event = message.event === 'ping' ? await nextPing(tx, webhook) : message.event;
  const [known] = await tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.webhook, webhook), eq(webhookDeliveries.event, event)));
  if (known !== undefined) return known.id;
  const id = `msg_${randomBytes(16).toString('hex')}`;
  await tx.insert(webhookDeliveries).values({
    id,
    webhook,
    event,
    type: message.type,
    body: message.body,
    state: 'waiting',
    attempts: 0,
    nextAt: message.at,
    createdAt: message.at,
  });
  mark(tx, QUEUED);
  return id;
}

/** Pings count downwards from -1: they are no events of the fleet. */
async function nextPing(tx: Db, webhook: string): Promise<number> {
  const [lowest] = await tx
    .select({ event: min(webhookDeliveries.event) })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.webhook, webhook));
  return Math.min(lowest?.event ?? 0, 0) - 1;
}
