import { and, eq, webhookDeliveries, webhooks, type Database } from '../../../platform/db/index.ts';
import { setPaused } from '../orders/pause.ts';
import type { Attempt } from '../receiver/send.ts';
import { delayAfter } from './backoff.ts';
import type { DueDelivery } from './due.ts';

/** What a receiver answers that wants nothing any more. */
const GONE = 410;

/**
 * Writes down how an attempt ended: delivered, to be tried again, or given up after the last. A receiver that says that
 * it is gone is paused, so that a person decides.
 */
export async function settleAttempt(
  deps: { database: Database; now: () => number },
  delivery: DueDelivery,
  attempt: Attempt,
  chance: number,
): Promise<void> {
  const at = deps.now();
  const attempts = delivery.attempts + 1;
  const waitMs = attempt.status === GONE ? undefined : delayAfter(attempts, chance);
  const state = attempt.ok ? 'delivered' : waitMs === undefined ? 'dead' : 'waiting';
  await deps.database.transaction(async (tx) => {
    const [settled] = await tx
      .update(webhookDeliveries)
      .set({
        state,
        attempts,
        nextAt: at + (waitMs ?? 0),
        lastAt: at,
        lastStatus: attempt.status ?? null,
        lastReason: attempt.reason,
        lastAnswer: attempt.answer,
      })
      .where(and(eq(webhookDeliveries.id, delivery.id), eq(webhookDeliveries.state, 'waiting')))
      .returning({ id: webhookDeliveries.id });
    if (settled === undefined || attempt.status !== GONE) return;
    const [receiver] = await tx.select().from(webhooks).where(eq(webhooks.id, delivery.webhook));
    if (receiver?.pausedAt !== null) return;
    await setPaused(tx, 'system', delivery.webhook, { at, reason: 'the receiver answered 410 Gone' });
  });
}
