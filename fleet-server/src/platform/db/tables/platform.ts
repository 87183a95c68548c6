import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

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

/** Where heads of the audit are kept outside of the server, and how that goes. */
export const keptHeads = sqliteTable('kept_heads', {
  place: text('place').primaryKey(),
  /** Row of the newest head that is kept there. */
  headId: integer('head_id').notNull(),
  keptAt: integer('kept_at'),
  failingSince: integer('failing_since'),
  lastReason: text('last_reason'),
});

/** What was answered to requests with an idempotency key, for a day. */
export const keptAnswers = sqliteTable(
  'kept_answers',
  {
    actor: text('actor').notNull(),
    key: text('key').notNull(),
    requestSha256: text('request_sha256').notNull(),
    /** Null while the request is under way, or after a crash that cut it off. */
    status: integer('status'),
    mediaType: text('media_type'),
    /** Null: the answer held a secret. */
    body: text('body'),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.actor, table.key] }), index('kept_answers_by_age').on(table.at)],
);

/** Migrations this database has been through. */
export const appliedMigrations = sqliteTable('migrations', {
  number: integer('number').primaryKey(),
  name: text('name').notNull(),
  appliedAt: integer('applied_at').notNull(),
});
