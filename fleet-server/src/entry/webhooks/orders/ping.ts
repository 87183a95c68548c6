import { record } from '../../../platform/audit/index.ts';
import { queueMessage } from '../deliveries/queue.ts';
import { webhookRow, type WebhookDeps } from '../webhook.ts';

/**
 * Sends a `webhook.ping` to a receiver, whatever types it takes, so that a person sees whether it answers.
 * @throws WebhookError `webhook_unknown`
 */
export async function pingWebhook(
  { database, now }: Pick<WebhookDeps, 'database' | 'now'>,
  actor: string,
  webhook: string,
): Promise<{ webhook: string; delivery: string }> {
  return database.transaction(async (tx) => {
    await webhookRow(tx, webhook);
    const at = now();
    const type = 'webhook.ping';
    const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { webhook } });
    const delivery = await queueMessage(tx, webhook, { event: 'ping', type, body, at });
    await record(tx, { actor, action: 'webhooks.ping', subject: `webhook:${webhook}`, details: { delivery } });
    return { webhook, delivery };
  });
}
