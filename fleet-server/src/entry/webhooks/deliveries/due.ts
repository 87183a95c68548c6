import {
  and,
  asc,
  eq,
  isNull,
  lte,
  min,
  webhookDeliveries,
  webhooks,
  type ReadDb,
} from '../../../platform/db/index.ts';

export interface DueDelivery {
  id: string;
  webhook: string;
  body: string;
  attempts: number;
}

export interface Receiver {
  id: string;
  url: string;
  /** That count at this moment, the newest first. */
  secrets: string[];
}

/** Receivers that are not paused. */
export async function activeReceivers(db: ReadDb, now: number): Promise<Receiver[]> {
  const rows = await db.select().from(webhooks).where(isNull(webhooks.pausedAt)).orderBy(asc(webhooks.id));
  return rows.map(({ id, url, secret, previousSecret, previousUntil }) => ({
    id,
    url,
    secrets: previousSecret !== null && now < (previousUntil ?? 0) ? [secret, previousSecret] : [secret],
  }));
}

/** What is due for a receiver, the longest waiting first. */
export async function dueFor(db: ReadDb, webhook: string, now: number, limit: number): Promise<DueDelivery[]> {
  const { id, body, attempts } = webhookDeliveries;
  return db
    .select({ id, webhook: webhookDeliveries.webhook, body, attempts })
    .from(webhookDeliveries)
    .where(and(waitingFor(webhook), lte(webhookDeliveries.nextAt, now)))
    .orderBy(asc(webhookDeliveries.nextAt), asc(webhookDeliveries.event))
    .limit(limit);
}

/** When something is next due for a receiver, ms. */
export async function nextDueFor(db: ReadDb, webhook: string): Promise<number | undefined> {
  const [next] = await db
    .select({ at: min(webhookDeliveries.nextAt) })
    .from(webhookDeliveries)
    .where(waitingFor(webhook));
  return next?.at ?? undefined;
}

function waitingFor(webhook: string) {
  return and(eq(webhookDeliveries.webhook, webhook), eq(webhookDeliveries.state, 'waiting'));
}
