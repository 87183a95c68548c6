import { mark, outboxEvents, timeOf, type Db } from '../db/index.ts';
import type { FleetEvent } from './events.ts';

/** Mark of a transaction in which an event was emitted. */
export const EMITTED = 'outbox';

/** Emits an event with the transaction: subscribers hear of it after the commit, and never without one. */
export async function emit(tx: Db, event: FleetEvent): Promise<void> {
  await tx.insert(outboxEvents).values({ at: timeOf(tx), type: event.type, body: JSON.stringify(event) });
  mark(tx, EMITTED);
}
