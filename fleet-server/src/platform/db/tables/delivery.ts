import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A rollout of one release. `plan` holds its stages and gates as JSON, `state` the pure machine's state as JSON. */
export const rollouts = sqliteTable('rollouts', {
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
});

/** Devices of the stages that have opened: membership is frozen then. */
export const rolloutDevices = sqliteTable(
  'rollout_devices',
  {
    rollout: text('rollout').notNull(),
    device: text('device').notNull(),
    stage: integer('stage').notNull(),
    assignmentSeq: integer('assignment_seq').notNull(),
    assignedAt: integer('assigned_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.rollout, table.device] })],
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
  },
  (table) => [index('rollout_decisions_by_rollout').on(table.rollout, table.id)],
);
