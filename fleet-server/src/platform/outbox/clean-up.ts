import type { Clock } from '@plumbline/shared/ports';
import { and, inArray, lte, notInArray, outboxCursors, outboxEvents, type Database } from '../db/index.ts';
import type { Subscription } from './deliver.ts';

/** Events that everybody has had may lie about for so long: deleting each at once would cost more than telling it. */
export const CLEAN_UP_AFTER_MS = 10_000;

export interface CleanUp {
  /** There is, or soon will be, something to delete. */
  wake(): void;
  /** Does at once what is due later, when nothing is delivered any more. */
  close(): Promise<void>;
}

/** Deletes delivered events some time after they were emitted, all of them at once. */
export function createCleanUp(database: Database, clock: Clock, subscriptions: () => Subscription[]): CleanUp {
  let takeBack: (() => void) | undefined;
  let running = Promise.resolve();
  const run = () => {
    takeBack = undefined;
    // One that fails is made good by the next.
    running = running.then(() => cleanUp(database, subscriptions())).catch(() => undefined);
  };
  return {
    wake() {
      takeBack ??= clock.after(CLEAN_UP_AFTER_MS, run);
    },
    async close() {
      if (takeBack !== undefined) {
        takeBack();
        run();
      }
      await running;
    },
  };
}

/** Deletes the events that every subscriber of their type has had; what happened stays in the audit. */
async function cleanUp(database: Database, subscriptions: readonly Subscription[]): Promise<void> {
  const cursors = await database.db.select().from(outboxCursors);
  const reached = new Map(cursors.map(({ subscriber, deliveredUpTo }) => [subscriber, deliveredUpTo]));
  const slowest = new Map<string, number>();
  for (const { name, types } of subscriptions) {
    for (const type of types) slowest.set(type, Math.min(slowest.get(type) ?? Infinity, reached.get(name) ?? 0));
  }
  const typesUpTo = Map.groupBy(slowest.keys(), (type) => slowest.get(type) ?? 0);
  await database.transaction(async (tx) => {
    await tx.delete(outboxEvents).where(notInArray(outboxEvents.type, [...slowest.keys()]));
    for (const [upTo, types] of typesUpTo) {
      await tx.delete(outboxEvents).where(and(inArray(outboxEvents.type, types), lte(outboxEvents.id, upTo)));
    }
  });
}

/** Forgets subscribers the program no longer has. */
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
