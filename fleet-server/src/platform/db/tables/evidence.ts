import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** What each device last said of each model line: the parts of its report that ten thousand devices are asked for at once. */
export const deviceLines = sqliteTable(
  'device_lines',
  {
    device: text('device').notNull(),
    line: text('line').notNull(),
    state: text('state').notNull(),
    /** What it works towards: `seq` of the assignment, hash of the archive. */
    targetSeq: integer('target_seq'),
    targetSha256: text('target_sha256'),
    /** What really runs; null while nothing does. */
    runningSha256: text('running_sha256'),
    runningVersion: text('running_version'),
    runningCounter: integer('running_counter'),
    slot: text('slot'),
    proof: text('proof'),
    reason: text('reason'),
    detail: text('detail'),
    deferredUntil: integer('deferred_until'),
    /** JSON, as reported: the shadow run, what the archive did in service, and the one before it. */
    shadow: text('shadow'),
    served: text('served'),
    servedBefore: text('served_before'),
    /** By the clock of the server. */
    reportedAt: integer('reported_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.device, table.line] }),
    index('device_lines_by_line').on(table.line, table.runningSha256),
  ],
);

/** Hours (UTC) in which a device was heard, a bit for each: bit 0 is from 00:00 to 01:00. `day` counts from 1970-01-01. */
export const devicePresence = sqliteTable(
  'device_presence',
  {
    device: text('device').notNull(),
    day: integer('day').notNull(),
    hours: integer('hours').notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.day] }), index('device_presence_by_day').on(table.day)],
);
