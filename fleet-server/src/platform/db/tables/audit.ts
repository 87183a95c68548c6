import { index, integer, sqliteTable, text } from '../drizzle.ts';

/** Who changed what, each row holding the hash of the one before it. `details` is the exact JSON text that was hashed. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer('id').primaryKey(),
    at: integer('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    details: text('details').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [index('audit_by_subject').on(table.subject, table.id)],
);
