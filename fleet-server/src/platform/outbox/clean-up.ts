import { lte, min, notInArray, outboxCursors, outboxEvents, type Database } from '../db/index.ts';

/** Deletes the events every subscriber has had; what happened stays in the audit. */
export async function cleanUp(database: Database): Promise<void> {
  const [slowest] = await database.db.select({ id: min(outboxCursors.deliveredUpTo) }).from(outboxCursors);
  const upTo = slowest?.id ?? 0;
  const [left] = await database.db.select({ id: min(outboxEvents.id) }).from(outboxEvents);
  if (typeof left?.id !== 'number' || left.id > upTo) return;
  await database.transaction(async (tx) => {
    await tx.delete(outboxEvents).where(lte(outboxEvents.id, upTo));
  });
}

/** Forgets subscribers the program no longer has, so that they do not hold back the clean-up for ever. */
export async function dropStaleCursors(database: Database, subscribers: string[]): Promise<void> {
  await database.transaction(async (tx) => {
    for (const subscriber of subscribers) {
      await tx
        .insert(outboxCursors)
        .values({ subscriber, deliveredUpTo: 0, attempts: 0, retryAt: null })
        .onConflictDoNothing();
    }
    await tx.delete(outboxCursors).where(notInArray(outboxCursors.subscriber, subscribers));
  });
}
