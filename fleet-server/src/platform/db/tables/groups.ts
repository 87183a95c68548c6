import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** Devices under one name: a list somebody keeps, or whatever a selector finds at the time it is asked. */
export const deviceGroups = sqliteTable('device_groups', {
  name: text('name').primaryKey(),
  /** As it was written; null: the members stand in `group_devices`. */
  selector: text('selector'),
  note: text('note').notNull(),
  /** Counts the changes, of members too, so that two operators at once are told apart. */
  revision: integer('revision').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  updatedBy: text('updated_by').notNull(),
});

/** Members of the groups that are lists. */
export const groupDevices = sqliteTable(
  'group_devices',
  {
    group: text('group_name').notNull(),
    device: text('device').notNull(),
  },
  (table) => [primaryKey({ columns: [table.group, table.device] }), index('group_devices_by_device').on(table.device)],
);

/** What members of a group run when nobody says otherwise: newcomers are given it, and those that come back late. */
export const standingReleases = sqliteTable(
  'standing_releases',
  {
    group: text('group_name').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    setAt: integer('set_at').notNull(),
    /** Who set it: a person, or the rollout that was completed. */
    setBy: text('set_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.group, table.line] })],
);
