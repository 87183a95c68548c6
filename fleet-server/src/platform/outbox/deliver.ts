import { messageOf } from '@plumbline/shared/errors';
import type { Clock } from '@plumbline/shared/ports';
import { and, asc, eq, gt, inArray, outboxCursors, outboxDead, outboxEvents, type Database } from '../db/index.ts';
import type { FleetEvent, FleetEventType } from './events.ts';

export interface Subscription {
  name: string;
  types: readonly FleetEventType[];
  handler: (event: FleetEvent, delivery: { id: number; at: number }) => Promise<void>;
}

type Cursor = typeof outboxCursors.$inferSelect;
type StoredEvent = typeof outboxEvents.$inferSelect;

const BATCH = 100;
/** 1 s, 2 s, 4 s … at most 5 min apart; about 17 minutes in all before an event is given up. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
export const MAX_ATTEMPTS = 10;

/** How far a subscriber has come. Nobody else writes its cursor, so it is read once and then remembered. */
export interface Progress {
  cursor?: Cursor;
}

/**
 * Delivers all that waits for one subscriber. Answers the ms until the next attempt, or null when nothing is left: what
 * is committed meanwhile wakes it again.
 */
export async function deliver(
  database: Database,
  clock: Clock,
  subscription: Subscription,
  progress: Progress,
  signal: AbortSignal,
): Promise<number | null> {
  while (!signal.aborted) {
    const cursor = (progress.cursor ??= await readCursor(database, subscription.name));
    if (cursor.retryAt !== null && cursor.retryAt > clock.now()) return cursor.retryAt - clock.now();
    const events = await database.db
      .select()
      .from(outboxEvents)
      .where(and(gt(outboxEvents.id, cursor.deliveredUpTo), inArray(outboxEvents.type, [...subscription.types])))
      .orderBy(asc(outboxEvents.id))
      .limit(BATCH);
    if (events.length === 0) return null;
    delete progress.cursor;
    progress.cursor = await deliverBatch(database, clock, subscription, cursor, events, signal);
    if (events.length < BATCH && progress.cursor.deliveredUpTo === events.at(-1)?.id) return null;
  }
  return null;
}

/** The cursor is written once a batch: after a crash the batch comes again, which is what "at least once" allows. */
async function deliverBatch(
  database: Database,
  clock: Clock,
  subscription: Subscription,
  from: Cursor,
  events: StoredEvent[],
  signal: AbortSignal,
): Promise<Cursor> {
  let cursor = from;
  for (const event of events) {
    if (signal.aborted) break;
    const failure = await tryHandler(subscription, event);
    if (failure !== null) return saveFailure(database, clock, cursor, event, failure);
    cursor = { ...cursor, deliveredUpTo: event.id, attempts: 0, retryAt: null };
  }
  return saveCursor(database, cursor);
}

async function tryHandler(subscription: Subscription, event: StoredEvent): Promise<string | null> {
  try {
    await subscription.handler(JSON.parse(event.body) as FleetEvent, { id: event.id, at: event.at });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function saveFailure(
  database: Database,
  clock: Clock,
  cursor: Cursor,
  event: StoredEvent,
  reason: string,
): Promise<Cursor> {
  const attempts = cursor.attempts + 1;
  if (attempts < MAX_ATTEMPTS) {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
    return saveCursor(database, { ...cursor, attempts, retryAt: clock.now() + delayMs });
  }
  const past = { ...cursor, deliveredUpTo: event.id, attempts: 0, retryAt: null };
  await database.transaction(async (tx) => {
    const { id, type, body } = event;
    const dead = { subscriber: cursor.subscriber, event: id, type, body, attempts, reason, at: clock.now() };
    await tx.insert(outboxDead).values(dead);
    await tx.update(outboxCursors).set(past).where(eq(outboxCursors.subscriber, cursor.subscriber));
  });
  return past;
}

async function readCursor(database: Database, subscriber: string): Promise<Cursor> {
  const [known] = await database.db.select().from(outboxCursors).where(eq(outboxCursors.subscriber, subscriber));
  return known ?? saveCursor(database, { subscriber, deliveredUpTo: 0, attempts: 0, retryAt: null });
}

async function saveCursor(database: Database, cursor: Cursor): Promise<Cursor> {
  await database.transaction(async (tx) => {
    await tx.insert(outboxCursors).values(cursor).onConflictDoUpdate({ target: outboxCursors.subscriber, set: cursor });
  });
  return cursor;
}
