import { mark, outboxEvents, rowsInserter, timeOf, type Db } from '../db/index.ts';
import type { FleetEvent, FleetEventType } from './events.ts';

const insert = rowsInserter(outboxEvents);

/** Mark of a transaction in which any event was emitted. */
export const EMITTED = 'outbox';

/** Mark of a transaction in which an event of this type was emitted: nobody is woken for what is not for them. */
export function emittedType(type: FleetEventType): string {
  return `${EMITTED}/${type}`;
}

/** Emits an event with the transaction: subscribers hear of it after the commit, and never without one. */
export async function emit(tx: Db, event: FleetEvent): Promise<void> {
  await insert(tx, [{ at: timeOf(tx), type: event.type, body: JSON.stringify(event) }]);
  mark(tx, EMITTED);
  mark(tx, emittedType(event.type));
}
