import { record } from '../../../platform/audit/index.ts';
import { eq, mark, webhooks, type Db } from '../../../platform/db/index.ts';
import { QUEUED } from '../deliveries/queue.ts';
import { WebhookError } from '../errors.ts';
import { readWebhook, webhookRow, type Webhook, type WebhookDeps } from '../webhook.ts';

/**
 * Sends nothing more until it is resumed. What happens meanwhile is kept and sent then.
 * @throws WebhookError `webhook_unknown`, `webhook_paused` when it is already
 */
export async function pauseWebhook(
  { database, now }: Pick<WebhookDeps, 'database' | 'now'>,
  actor: string,
  { webhook, reason }: { webhook: string; reason: string },
): Promise<Webhook> {
  return database.transaction(async (tx) => {
    const row = await webhookRow(tx, webhook);
    if (row.pausedAt !== null) {
      throw new WebhookError('webhook_paused', `webhook ${webhook} is paused`, { kind: 'conflict', field: 'webhook' });
    }
    return readWebhook(await setPaused(tx, actor, webhook, { at: now(), reason }));
  });
}

/** @throws WebhookError `webhook_unknown`, `webhook_running` when it is not paused */
export async function resumeWebhook(
  { database }: Pick<WebhookDeps, 'database'>,
  actor: string,
  webhook: string,
): Promise<Webhook> {
  return database.transaction(async (tx) => {
    const row = await webhookRow(tx, webhook);
    if (row.pausedAt === null) {
      throw new WebhookError('webhook_running', `webhook ${webhook} is not paused`, {
        kind: 'conflict',
        field: 'webhook',
      });
    }
    mark(tx, QUEUED);
    return readWebhook(await setPaused(tx, actor, webhook, undefined));
  });
}

/** Within the transaction of whoever found the reason. */
export async function setPaused(
  tx: Db,
  actor: string,
  webhook: string,
  paused: { at: number; reason: string } | undefined,
) {
  const [row] = await tx
    .update(webhooks)
    .set({ pausedAt: paused?.at ?? null, pausedReason: paused?.reason ?? null })
    .where(eq(webhooks.id, webhook))
    .returning();
  const action = paused === undefined ? 'webhooks.resume' : 'webhooks.pause';
  const details = paused === undefined ? {} : { reason: paused.reason };
  await record(tx, { actor, action, subject: `webhook:${webhook}`, details });
  return row ?? webhookRow(tx, webhook);
}
