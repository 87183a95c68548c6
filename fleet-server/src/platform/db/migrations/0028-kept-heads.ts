import type { Migration } from './migration.ts';

/** How the heads of the audit leave the server: one row for each place they are kept at. */
export const keptHeadsTable: Migration = {
  number: 28,
  name: 'kept-heads',
  statements: [
    `create table kept_heads (
      place text primary key,
      head_id integer not null,
      kept_at integer,
      failing_since integer,
      last_reason text
    )`,
  ],
};
