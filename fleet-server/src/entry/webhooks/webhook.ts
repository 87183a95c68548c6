import {
  asc,
  count,
  eq,
  max,
  webhookDeliveries,
  webhooks,
  type Database,
  type ReadDb,
} from '../../platform/db/index.ts';
import { unknownWebhook } from './errors.ts';
import type { ReceiverRules } from './receiver/receiver-rules.ts';

/** What the verbs of this room need. */
export interface WebhookDeps {
  database: Database;
  now: () => number;
  webhookRules: ReceiverRules;
}

/** A receiver of events as people see it: never with its secret. */
export interface Webhook {
  id: string;
  url: string;
  types: string[];
  description: string;
  /** When and why nothing is sent. */
  paused: { at: number; reason: string } | undefined;
  /** The secret before the newest signs too, until then; ms. */
  previousUntil: number | undefined;
  createdBy: string;
  createdAt: number;
}

export interface WebhookStanding extends Webhook {
  waiting: number;
  /** Given up after every attempt: `webhooks retry` sends them again. */
  dead: number;
  lastDeliveredAt: number | undefined;
}

export type WebhookRow = typeof webhooks.$inferSelect;

export function readWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    url: row.url,
    types: JSON.parse(row.types) as string[],
    description: row.description,
    paused: row.pausedAt === null ? undefined : { at: row.pausedAt, reason: row.pausedReason ?? '' },
    previousUntil: row.previousUntil ?? undefined,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
  };
}

/** @throws WebhookError `webhook_unknown` */
export async function webhookRow(db: ReadDb, id: string): Promise<WebhookRow> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
  if (row === undefined) throw unknownWebhook(id);
  return row;
}

/** All receivers in the order they were added, and how each of them stands. */
export async function listWebhooks(db: ReadDb): Promise<WebhookStanding[]> {
  const rows = await db.select().from(webhooks).orderBy(asc(webhooks.createdAt), asc(webhooks.id));
  return Promise.all(
    rows.map(async (row) => {
      const standing = await db
        .select({ state: webhookDeliveries.state, count: count(), lastAt: max(webhookDeliveries.lastAt) })
        .from(webhookDeliveries)
        .where(eq(webhookDeliveries.webhook, row.id))
        .groupBy(webhookDeliveries.state);
      const of = (state: string) => standing.find((one) => one.state === state);
      return {
        ...readWebhook(row),
        waiting: Number(of('waiting')?.count ?? 0),
        dead: Number(of('dead')?.count ?? 0),
        lastDeliveredAt: of('delivered')?.lastAt ?? undefined,
      };
    }),
  );
}
