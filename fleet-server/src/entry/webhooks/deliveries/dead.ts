import { record } from '../../../platform/audit/index.ts';
import { and, asc, desc, eq, mark, webhookDeliveries, type Database, type ReadDb } from '../../../platform/db/index.ts';
import { WebhookError } from '../errors.ts';
import { webhookRow } from '../webhook.ts';
import { QUEUED } from './queue.ts';

export interface Delivery {
  id: string;
  webhook: string;
  event: number;
  type: string;
  body: string;
  state: string;
  attempts: number;
  createdAt: number;
  nextAt: number;
  lastAt: number | null;
  lastStatus: number | null;
  lastReason: string | null;
  lastAnswer: string | null;
}

const MOST = 500;

/** Messages that were given up, of one receiver or of all, oldest first; at most 500. */
export async function listDead(db: ReadDb, webhook?: string): Promise<Delivery[]> {
  return db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.state, 'dead'),
        webhook === undefined ? undefined : eq(webhookDeliveries.webhook, webhook),
      ),
    )
    .orderBy(asc(webhookDeliveries.createdAt), asc(webhookDeliveries.event))
    .limit(MOST);
}

/** What was sent to a receiver or waits for it, newest first; at most 500. @throws WebhookError `webhook_unknown` */
export async function listDeliveries(db: ReadDb, webhook: string): Promise<Delivery[]> {
  await webhookRow(db, webhook);
  return db
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.webhook, webhook))
    .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.event))
    .limit(MOST);
}

/**
 * Sends again what was given up, every attempt of it from the start and under the same id: one message, or all of a
 * receiver.
 * @throws WebhookError `webhook_unknown`, `delivery_unknown`
 */
export async function retryDead(
  { database, now }: { database: Database; now: () => number },
  actor: string,
  { webhook, delivery }: { webhook: string; delivery?: string | undefined },
): Promise<{ webhook: string; retried: number }> {
  return database.transaction(async (tx) => {
    await webhookRow(tx, webhook);
    const retried = await tx
      .update(webhookDeliveries)
      .set({ state: 'waiting', attempts: 0, nextAt: now() })
      .where(
        and(
          eq(webhookDeliveries.webhook, webhook),
          eq(webhookDeliveries.state, 'dead'),
          delivery === undefined ? undefined : eq(webhookDeliveries.id, delivery),
        ),
      )
      .returning({ id: webhookDeliveries.id });
    if (delivery !== undefined && retried.length === 0) {
      throw new WebhookError('delivery_unknown', `webhook ${webhook} has no dead delivery ${delivery}`, {
        kind: 'not-found',
        field: 'delivery',
        expected: 'one that `webhooks dead` shows',
      });
    }
    mark(tx, QUEUED);
    const details = { retried: retried.length, ...(delivery !== undefined && { delivery }) };
    await record(tx, { actor, action: 'webhooks.retry', subject: `webhook:${webhook}`, details });
    return { webhook, retried: retried.length };
  });
}
