import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** A rollout of one release. `plan` holds its stages and gates as JSON, `state` the pure machine's state as JSON. */
export const rollouts = sqliteTable(
  'rollouts',
  {
    id: text('id').primaryKey(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    author: text('author').notNull(),
    plan: text('plan').notNull(),
    state: text('state').notNull(),
    /** Counts the changes, so that two operators at once are told apart. */
    revision: integer('revision').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** Under which a file declares it; null where nobody named it. */
    name: text('name'),
    /** That of `state`, to find what has to be looked at; null in rows older than the column. */
    status: text('status'),
  },
  (table) => [uniqueIndex('rollouts_by_name').on(table.name), index('rollouts_by_status').on(table.status)],
);

/** Devices of the stages that have opened: membership is frozen then, assignments follow when their turn comes. */
export const rolloutDevices = sqliteTable(
  'rollout_devices',
  {
    rollout: text('rollout').notNull(),
    device: text('device').notNull(),
    stage: integer('stage').notNull(),
    /** Of the release; null while the device waits for its turn. */
    assignmentSeq: integer('assignment_seq'),
    /** Last time; stays while a device that failed waits to be tried again. */
    assignedAt: integer('assigned_at'),
    /** `proven` or `failed`, as its reports said of this assignment; null while it has not decided. */
    outcome: text('outcome'),
    outcomeAt: integer('outcome_at'),
    /** Reason of the failure, with its detail. */
    outcomeReason: text('outcome_reason'),
    /** A person has taken note of the failure: it does not stop the rollout again. */
    acknowledgedAt: integer('acknowledged_at'),
    /** Of the return ticket; 0 where there was nothing to take back. */
    returnedSeq: integer('returned_seq'),
  },
  (table) => [
    primaryKey({ columns: [table.rollout, table.device] }),
    index('rollout_devices_by_device').on(table.device, table.rollout),
  ],
);

/** Every decision with the numbers it was made on and the sentence people read. */
export const rolloutDecisions = sqliteTable(
  'rollout_decisions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    rollout: text('rollout').notNull(),
    at: integer('at').notNull(),
    stage: integer('stage').notNull(),
    verdict: text('verdict').notNull(),
    sentence: text('sentence').notNull(),
    numbers: text('numbers').notNull(),
    /** The gate that decided; null where none did. */
    gate: text('gate'),
  },
  (table) => [index('rollout_decisions_by_rollout').on(table.rollout, table.id)],
);

/** Bytes that a device has refused for good: they are not offered to it again unless a person asks for it. */
export const deviceRejections = sqliteTable(
  'device_rejections',
  {
    device: text('device').notNull(),
    sha256: text('sha256').notNull(),
    rollout: text('rollout').notNull(),
    reason: text('reason').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.sha256] })],
);

/** Failures of a device one after the other; the third keeps it from new releases for a day. */
export const devicePenalties = sqliteTable('device_penalties', {
  device: text('device').primaryKey(),
  failures: integer('failures').notNull(),
  reason: text('reason').notNull(),
  lastAt: integer('last_at').notNull(),
  /** Nothing new before that; null while it has failed less often. */
  until: integer('until'),
});

/** The brake over everything: while one row is not lifted, nothing new goes out. */
export const fleetFreezes = sqliteTable('fleet_freezes', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  reason: text('reason').notNull(),
  actor: text('actor').notNull(),
  at: integer('at').notNull(),
  liftedAt: integer('lifted_at'),
  liftedBy: text('lifted_by'),
});

/** What rollouts may take over by name. `spec` is JSON as it was written. */
export const policies = sqliteTable('policies', {
  name: text('name').primaryKey(),
  spec: text('spec').notNull(),
  /** Counts the changes, so that two operators at once are told apart. */
  revision: integer('revision').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  updatedBy: text('updated_by').notNull(),
});

/** What a file said of the rollout of this name, as JSON: its plan alone does not tell what came from a policy. */
export const declaredRollouts = sqliteTable('declared_rollouts', {
  name: text('name').primaryKey(),
  spec: text('spec').notNull(),
  writtenAt: integer('written_at').notNull(),
});
