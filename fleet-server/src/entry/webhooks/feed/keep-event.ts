import { matchesEvent } from '@plumbline/shared/api';
import { getAlert, routesFor } from '../../../insight/alerts/index.ts';
import { desc, eventFeed, gt, mark, webhooks, type Database, type Db } from '../../../platform/db/index.ts';
import type { EventOf, FleetEvent } from '../../../platform/outbox/index.ts';
import { queueMessage } from '../deliveries/queue.ts';
import type { ToldType } from './told-types.ts';

/** Mark of a transaction after which readers of the feed have something to read. */
export const FED = 'event-feed';

/**
 * Writes an event down as other programs are told of it: once in the feed, and once for each receiver that takes its
 * type or is named for that alert by a rule, all or nothing. The same event again changes nothing.
 * @param of its number in the outbox, and when it happened, ms
 */
export async function keepEvent(
  database: Database,
  event: EventOf<ToldType> | FleetEvent,
  of: { id: number; at: number },
): Promise<void> {
  const { type, ...data } = event;
  const body = JSON.stringify({ type, timestamp: new Date(of.at).toISOString(), data });
  await database.transaction(async (tx) => {
    const [known] = await tx
      .select({ id: eventFeed.id })
      .from(eventFeed)
      .where(gt(eventFeed.id, of.id - 1))
      .orderBy(desc(eventFeed.id))
      .limit(1);
    if (known !== undefined) return;
    await tx.insert(eventFeed).values({ id: of.id, at: of.at, type, body });
    mark(tx, FED);
    // Who was added since it happened hears of what comes now, not of what was waiting.
    const named = await namedFor(tx, event);
    for (const receiver of await tx.select().from(webhooks)) {
      const takes = named.includes(receiver.id) || matchesEvent(JSON.parse(receiver.types) as string[], type);
      if (!takes || receiver.createdAt > of.at) continue;
      await queueMessage(tx, receiver.id, { event: of.id, type, body, at: of.at });
    }
  });
}

async function namedFor(tx: Db, event: EventOf<ToldType> | FleetEvent): Promise<string[]> {
  if (event.type !== 'alert.raised' && event.type !== 'alert.cleared') return [];
  return (await routesFor(tx, await getAlert(tx, event.alert))).webhooks;
}
