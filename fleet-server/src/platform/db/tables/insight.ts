import { index, integer, primaryKey, real, sql, sqliteTable, text } from '../drizzle.ts';

/** One high-water mark per stream: everything up to it is committed, nothing of it is taken twice. */
export const streams = sqliteTable('streams', {
  id: text('id').primaryKey(),
  device: text('device').notNull(),
  site: text('site').notNull(),
  class: text('class').notNull(),
  highWater: integer('high_water').notNull(),
  rows: integer('rows').notNull(),
  rejected: integer('rejected').notNull(),
  /** Rows the device declared as dropped by gap records. */
  gapped: integer('gapped').notNull(),
});

/** Every row a device sent, once. Columns that queries need stand beside the whole row as JSON. */
export const telemetry = sqliteTable(
  'telemetry',
  {
    stream: text('stream').notNull(),
    seq: integer('seq').notNull(),
    device: text('device').notNull(),
    site: text('site').notNull(),
    kind: text('kind').notNull(),
    at: integer('at').notNull(),
    ref: text('ref'),
    activity: text('activity'),
    line: text('line'),
    version: text('version'),
    sha256: text('sha256'),
    asOf: integer('as_of'),
    score: real('score'),
    body: text('body').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.stream, table.seq] }),
    index('telemetry_by_kind').on(table.kind, table.line, table.at),
    index('telemetry_by_ref')
      .on(table.ref, table.stream, table.seq)
      .where(sql`ref is not null`),
    index('telemetry_windows')
      .on(table.sha256, table.asOf)
      .where(sql`kind = 'window'`),
  ],
);

/** Rows that failed their schema: kept for whoever mends the sender, acknowledged so that it can go on. */
export const rejectedRows = sqliteTable(
  'rejected_rows',
  {
    stream: text('stream').notNull(),
    seq: integer('seq').notNull(),
    device: text('device').notNull(),
    code: text('code').notNull(),
    field: text('field').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.stream, table.seq] })],
);

/** What a comparison of a window with its reference found, alarm or not. `details` is the whole verdict as JSON. */
export const driftVerdicts = sqliteTable(
  'drift_verdicts',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at').notNull(),
    count: integer('count').notNull(),
    alarm: integer('alarm').notNull(),
    sentence: text('sentence').notNull(),
    details: text('details').notNull(),
    assessedAt: integer('assessed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version, table.fromAt] })],
);
