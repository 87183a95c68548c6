import { record } from '../../../platform/audit/index.ts';
import { eq, webhooks } from '../../../platform/db/index.ts';
import { makeSecret } from '../signature.ts';
import { webhookRow, type WebhookDeps } from '../webhook.ts';

export const DEFAULT_GRACE_MS = 24 * 3_600_000;

/**
 * Gives a receiver a new secret, shown here alone. For the grace every message is signed with both, so that a receiver
 * can change at any moment of it; a grace of 0 ends the old one at once.
 * @throws WebhookError `webhook_unknown`
 */
export async function rotateSecret(
  { database, now }: Pick<WebhookDeps, 'database' | 'now'>,
  actor: string,
  { webhook, graceMs = DEFAULT_GRACE_MS }: { webhook: string; graceMs?: number | undefined },
): Promise<{ webhook: string; secret: string; previousUntil: number }> {
  const secret = makeSecret();
  const previousUntil = now() + graceMs;
  await database.transaction(async (tx) => {
    const { secret: previousSecret } = await webhookRow(tx, webhook);
    await tx.update(webhooks).set({ secret, previousSecret, previousUntil }).where(eq(webhooks.id, webhook));
    await record(tx, { actor, action: 'webhooks.rotate', subject: `webhook:${webhook}`, details: { previousUntil } });
  });
  return { webhook, secret, previousUntil };
}
