import { integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** Events some subscriber has not had yet. Ids are never used twice, so that a cursor stays true after a clean-up. */
export const outboxEvents = sqliteTable('outbox_events', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  type: text('type').notNull(),
  body: text('body').notNull(),
});

/** How far a subscriber has come, and how often the event after that has failed. */
export const outboxCursors = sqliteTable('outbox_cursors', {
  subscriber: text('subscriber').primaryKey(),
  deliveredUpTo: integer('delivered_up_to').notNull(),
  attempts: integer('attempts').notNull(),
  retryAt: integer('retry_at'),
});

/** Events a subscriber failed on too often; they are kept here until a person looks. */
export const outboxDead = sqliteTable(
  'outbox_dead',
  {
    subscriber: text('subscriber').notNull(),
    event: integer('event').notNull(),
    type: text('type').notNull(),
    body: text('body').notNull(),
    attempts: integer('attempts').notNull(),
    reason: text('reason').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subscriber, table.event] })],
);
