import { blob, index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

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
  (table) => [
    primaryKey({ columns: [table.line, table.version, table.variant] }),
    index('model_variants_by_archive').on(table.archive),
  ],
);

/** Hashes under which bundles travel: devices may ask for these. */
export const modelPayloads = sqliteTable(
  'model_payloads',
  {
    sha256: text('sha256').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    variant: text('variant').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sha256, table.line, table.version, table.variant] })],
);

/**
 * Line metadata that waits for its approver: signed by the builder, or, once published, by both. `release` is the
 * version it would release; a renewal says the same as the one in force for longer, and releases nothing.
 */
export const lineDrafts = sqliteTable(
  'line_drafts',
  {
    line: text('line').notNull(),
    /** Version of the line metadata. */
    document: integer('document').notNull(),
    kind: text('kind', { enum: ['release', 'renewal'] }).notNull(),
    release: text('release'),
    state: text('state', { enum: ['waiting', 'published', 'overtaken'] }).notNull(),
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.document] })],
);

/**
 * The image repository, exact bytes. `role`: root, targets, snapshot, timestamp, `line-<line>`; `fleet` holds the target
 * `trust/fleet.json` under its own version. The newest version of a role is the one in force.
 */
export const repositoryMetadata = sqliteTable(
  'repository_metadata',
  {
    role: text('role').notNull(),
    version: integer('version').notNull(),
    sha256: text('sha256').notNull(),
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.role, table.version] }),
    index('repository_metadata_by_sha256').on(table.sha256),
  ],
);
