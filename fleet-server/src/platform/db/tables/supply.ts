import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Versions of a line. `state`: sealed → awaiting-approval → published, or refused. JSON columns hold exact texts. */
export const modelVersions = sqliteTable(
  'model_versions',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    /** Release counter of the line: only rises; the return ticket takes the one after it. */
    counter: integer('counter').notNull(),
    state: text('state', { enum: ['sealed', 'awaiting-approval', 'published', 'refused'] }).notNull(),
    algorithm: text('algorithm').notNull(),
    predecessor: text('predecessor'),
    /** What decides the next bump: algorithm, inputs, output. */
    subject: text('subject').notNull(),
    card: text('card').notNull(),
    createdAt: integer('created_at').notNull(),
    publishedAt: integer('published_at'),
  },
  (table) => [primaryKey({ columns: [table.line, table.version] })],
);

/** Encodings of a version; `archive` and each payload are artifacts by hash. */
export const modelVariants = sqliteTable(
  'model_variants',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    variant: text('variant').notNull(),
    recipe: text('recipe').notNull(),
    archive: text('archive').notNull(),
    archiveBytes: integer('archive_bytes').notNull(),
    model: text('model').notNull(),
    modelBytes: integer('model_bytes').notNull(),
    /** JSON: `{opsets, operators, memoryMb?}`, `[profile]` and `[{codec, length, sha256}]`. */
    needs: text('needs').notNull(),
    profiles: text('profiles').notNull(),
    payloads: text('payloads').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version, table.variant] })],
);

/** The signed list of what is a release of a line; a draft carries the builder's signature only. */
export const lineDocuments = sqliteTable(
  'line_documents',
  {
    line: text('line').notNull(),
    version: integer('version').notNull(),
    release: text('release').notNull(),
    state: text('state', { enum: ['draft', 'published'] }).notNull(),
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version] })],
);
