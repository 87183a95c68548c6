import { record } from '../../../platform/audit/index.ts';
import { eq, webhookDeliveries, webhooks } from '../../../platform/db/index.ts';
import { webhookRow, type WebhookDeps } from '../webhook.ts';

/** Takes a receiver away with everything that was still to be sent to it. @throws WebhookError `webhook_unknown` */
export async function removeWebhook(
  { database }: Pick<WebhookDeps, 'database'>,
  actor: string,
  id: string,
): Promise<{ webhook: string }> {
  await database.transaction(async (tx) => {
    const { url } = await webhookRow(tx, id);
    await tx.delete(webhookDeliveries).where(eq(webhookDeliveries.webhook, id));
    await tx.delete(webhooks).where(eq(webhooks.id, id));
    const details = { host: new URL(url).host };
    await record(tx, { actor, action: 'webhooks.remove', subject: `webhook:${id}`, details });
  });
  return { webhook: id };
}
