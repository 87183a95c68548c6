import { matchesEvent } from '@plumbline/shared/api';
import {
  and,
  asc,
  desc,
  eq,
  eventFeed,
  eventFeedFloor,
  gt,
  lt,
  lte,
  webhookDeliveries,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { WebhookError } from '../errors.ts';

export interface FedEvent {
  id: number;
  type: string;
  body: string;
}

/** Where a reader goes on. `from` is set when events after its last one are not kept any more. */
export interface Start {
  after: number;
  gone: { after: number; from: number } | undefined;
}

const PAGE = 100;
const KEPT_MS = 7 * 24 * 3_600_000;
const KEPT_ROWS = 200_000;
const DEAD_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * @param last the id a reader had last; without one it hears what happens from now on
 * @throws WebhookError `event_id_malformed`
 */
export async function startAfter(db: ReadDb, last: string | undefined): Promise<Start> {
  const newest = await newestId(db);
  if (last === undefined || last === '') return { after: newest, gone: undefined };
  const after = Number(last);
  if (!/^\d+$/.test(last) || !Number.isSafeInteger(after)) {
    throw new WebhookError('event_id_malformed', `${last.slice(0, 40)} is no id of an event`, {
      field: 'last-event-id',
      expected: 'the id of the last event that was read, a whole number',
    });
  }
  const floor = await droppedUpTo(db);
  // Below: dropped since. Above: of another database, or of this one before it was put back from a backup.
  if (after < floor) return { after: floor, gone: { after, from: floor } };
  if (after > newest) return { after: newest, gone: { after, from: newest } };
  return { after, gone: undefined };
}

/**
 * The next events after an id. `upTo` is how far was looked, whether anything was wanted or not; `dropped` says that
 * events after the id are not kept any more, `floor` which the last of those is.
 */
export async function readFeed(
  db: ReadDb,
  after: number,
  types: readonly string[],
): Promise<{ events: FedEvent[]; upTo: number; dropped: boolean; floor: number }> {
  const { id, type, body } = eventFeed;
  const rows = await db.select({ id, type, body }).from(eventFeed).where(gt(id, after)).orderBy(asc(id)).limit(PAGE);
  const floor = await droppedUpTo(db);
  return {
    events: rows.filter((row) => matchesEvent(types, row.type)),
    upTo: rows.at(-1)?.id ?? after,
    dropped: after < floor,
    floor,
  };
}

/** Drops events that are a week old or too many, and deliveries that are long over. */
export async function dropOld(database: Database, now: number): Promise<void> {
  await database.transaction(async (tx) => {
    const newest = (column: typeof eventFeed.id) =>
      tx.select({ id: column }).from(eventFeed).orderBy(desc(column)).limit(1);
    const [old] = await newest(eventFeed.id).where(lt(eventFeed.at, now - KEPT_MS));
    const [many] = await newest(eventFeed.id).offset(KEPT_ROWS);
    const upTo = Math.max(old?.id ?? 0, many?.id ?? 0);
    if (upTo > 0) {
      await tx.delete(eventFeed).where(lte(eventFeed.id, upTo));
      await tx
        .insert(eventFeedFloor)
        .values({ id: 1, droppedUpTo: upTo })
        .onConflictDoUpdate({ target: eventFeedFloor.id, set: { droppedUpTo: upTo } });
    }
    const over = (state: string, keptMs: number) =>
      and(eq(webhookDeliveries.state, state), lt(webhookDeliveries.lastAt, now - keptMs));
    await tx.delete(webhookDeliveries).where(over('delivered', KEPT_MS));
    await tx.delete(webhookDeliveries).where(over('dead', DEAD_KEPT_MS));
  });
}

async function droppedUpTo(db: ReadDb): Promise<number> {
  const [floor] = await db.select().from(eventFeedFloor);
  return floor?.droppedUpTo ?? 0;
}

async function newestId(db: ReadDb): Promise<number> {
  const [newest] = await db.select({ id: eventFeed.id }).from(eventFeed).orderBy(desc(eventFeed.id)).limit(1);
  return Math.max(newest?.id ?? 0, await droppedUpTo(db));
}
