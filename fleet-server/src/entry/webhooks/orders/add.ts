import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { eventPattern } from '@plumbline/shared/api';
import { record } from '../../../platform/audit/index.ts';
import { webhooks } from '../../../platform/db/index.ts';
import { WebhookError } from '../errors.ts';
import { checkReceiver } from '../receiver/receiver-rules.ts';
import { makeSecret } from '../signature.ts';
import { readWebhook, type Webhook, type WebhookDeps } from '../webhook.ts';

/** Every event is written down once for each of them. */
const MAX_WEBHOOKS = 100;

export const newWebhook = z.strictObject({
  url: z.string().min(1).max(2048),
  types: z.array(eventPattern).min(1).max(50).default(['*']),
  description: z.string().max(500).default(''),
});

/**
 * Adds a receiver of events that happen from now on. The secret it checks signatures with is in this answer and in no
 * other.
 * @throws WebhookError `webhook_url_refused`, `webhook_limit`
 */
export async function addWebhook(
  deps: WebhookDeps,
  actor: string,
  input: z.infer<typeof newWebhook>,
): Promise<Webhook & { secret: string }> {
  const url = checkReceiver(input.url, deps.webhookRules).href;
  return deps.database.transaction(async (tx) => {
    if ((await tx.select({ id: webhooks.id }).from(webhooks)).length >= MAX_WEBHOOKS) {
      throw new WebhookError('webhook_limit', `there are ${MAX_WEBHOOKS} webhooks already`, {
        kind: 'conflict',
        field: 'url',
        expected: 'one of them removed first',
      });
    }
    const row = {
      id: `wh_${randomBytes(8).toString('hex')}`,
      url,
      types: JSON.stringify([...new Set(input.types)]),
      description: input.description,
      secret: makeSecret(),
      previousSecret: null,
      previousUntil: null,
      pausedAt: null,
      pausedReason: null,
      createdBy: actor,
      createdAt: deps.now(),
    };
    await tx.insert(webhooks).values(row);
    const details = { host: new URL(url).host, types: input.types };
    await record(tx, { actor, action: 'webhooks.add', subject: `webhook:${row.id}`, details });
    return { ...readWebhook(row), secret: row.secret };
  });
}
