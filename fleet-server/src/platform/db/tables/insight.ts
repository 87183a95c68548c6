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

/** How far the evidence of each stream has been taken. */
export const driftCursors = sqliteTable('drift_cursors', {
  stream: text('stream').primaryKey(),
  seq: integer('seq').notNull(),
});

/** Windows that were counted, by the name their device gave them: none is counted twice, whatever stream it comes in. */
export const driftWindows = sqliteTable(
  'drift_windows',
  {
    device: text('device').notNull(),
    id: text('id').notNull(),
    sha256: text('sha256').notNull(),
    fromAt: integer('from_at').notNull(),
    takenAt: integer('taken_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.id] })],
);

/** All windows of one device, site, archive and period, added up; `body` is the merged window as JSON. */
export const driftDays = sqliteTable(
  'drift_days',
  {
    device: text('device').notNull(),
    site: text('site').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    sha256: text('sha256').notNull(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at').notNull(),
    count: integer('count').notNull(),
    /** Windows in it. */
    windows: integer('windows').notNull(),
    /** 1: it claims what its device cannot have seen, and no verdict counts it. */
    quarantined: integer('quarantined').notNull(),
    body: text('body').notNull(),
    takenAt: integer('taken_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.device, table.site, table.sha256, table.fromAt, table.toAt] }),
    index('drift_days_by_version').on(table.line, table.version, table.fromAt),
  ],
);

/** Evidence that is not counted, and why. */
export const driftRefusals = sqliteTable(
  'drift_refusals',
  {
    id: text('id').primaryKey(),
    device: text('device').notNull(),
    site: text('site').notNull(),
    line: text('line').notNull(),
    code: text('code').notNull(),
    field: text('field').notNull(),
    expected: text('expected').notNull(),
    /** Of the day it speaks of. */
    fromAt: integer('from_at').notNull(),
    refusedAt: integer('refused_at').notNull(),
  },
  (table) => [index('drift_refusals_by_device').on(table.device, table.refusedAt)],
);

/** Periods that were looked at, without gaps between them: what comes late belongs to exactly one, which is open no second time. */
export const driftJudged = sqliteTable(
  'drift_judged',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    /** `inputs`: by the day of the prediction; `outcomes`: by the day an activity fell due. */
    family: text('family').notNull(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at').notNull(),
    /** Predictions, or outcomes, that it was judged by: more of them open it again. */
    counted: integer('counted').notNull(),
    judgedAt: integer('judged_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version, table.family, table.fromAt] })],
);

/** What looks have found; `body` is the whole finding as JSON. */
export const driftFindings = sqliteTable(
  'drift_findings',
  {
    id: text('id').primaryKey(),
    /** The same for all findings of one thing in one place: by it a change that lasts is told once. */
    subject: text('subject').notNull(),
    kind: text('kind').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    scope: text('scope').notNull(),
    scopeId: text('scope_id').notNull(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at').notNull(),
    alarm: integer('alarm').notNull(),
    /** 1 while this is the newest word on a change that lasts. */
    standing: integer('standing').notNull(),
    /** When that change was first found; of no alarm, when it was judged. */
    begunAt: integer('begun_at').notNull(),
    body: text('body').notNull(),
    judgedAt: integer('judged_at').notNull(),
  },
  (table) => [
    index('drift_findings_by_line').on(table.line, table.version, table.fromAt),
    index('drift_findings_standing')
      .on(table.subject)
      .where(sql`standing = 1`),
  ],
);

/** Values that nothing is trained on; `to_at` is null while it lasts. */
export const qualityHolds = sqliteTable(
  'quality_holds',
  {
    id: text('id').primaryKey(),
    line: text('line').notNull(),
    feature: text('feature').notNull(),
    scope: text('scope').notNull(),
    scopeId: text('scope_id').notNull(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at'),
    finding: text('finding').notNull(),
    openedAt: integer('opened_at').notNull(),
  },
  (table) => [index('quality_holds_by_line').on(table.line, table.fromAt)],
);

/** States of the detectors that watch a version's errors, as JSON. */
export const driftSequences = sqliteTable(
  'drift_sequences',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    detector: text('detector').notNull(),
    state: text('state').notNull(),
    upTo: integer('up_to').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version, table.detector] })],
);

/** Records that devices held to be worth learning from, with named features alone. */
export const hardExamples = sqliteTable(
  'hard_examples',
  {
    stream: text('stream').notNull(),
    seq: integer('seq').notNull(),
    device: text('device').notNull(),
    site: text('site').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    activity: text('activity'),
    asOf: integer('as_of').notNull(),
    why: text('why').notNull(),
    body: text('body').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    takenAt: integer('taken_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.stream, table.seq] }),
    index('hard_examples_by_line').on(table.line, table.asOf),
  ],
);
