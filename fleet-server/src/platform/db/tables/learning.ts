import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Versions of datasets; the rows themselves are an artifact. */
export const datasets = sqliteTable('datasets', {
  version: text('version').primaryKey(),
  name: text('name').notNull(),
  reader: text('reader').notNull(),
  rows: integer('rows').notNull(),
  rejected: integer('rejected').notNull(),
  artifact: text('artifact').notNull(),
  summary: text('summary').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** What led to a candidate, how it did against the champion, and what was decided. */
export const retrainings = sqliteTable('retrainings', {
  id: text('id').primaryKey(),
  line: text('line').notNull(),
  trigger: text('trigger').notNull(),
  champion: text('champion').notNull(),
  candidate: text('candidate'),
  decision: text('decision').notNull(),
  sentence: text('sentence').notNull(),
  details: text('details').notNull(),
  at: integer('at').notNull(),
});
