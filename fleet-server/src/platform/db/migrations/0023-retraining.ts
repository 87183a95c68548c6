import type { Migration } from './migration.ts';

/** Policies of retraining, the turns they open, and the one switch over everything automatic. */
export const retraining: Migration = {
  number: 23,
  name: 'retraining',
  statements: [
    `create table retraining_policies (
      line text primary key,
      spec text not null,
      revision integer not null,
      updated_at integer not null,
      updated_by text not null
    )`,
    `create table retraining_turns (
      id text primary key,
      line text not null,
      state text not null,
      cause text not null,
      sentence text not null,
      findings text not null,
      policy text not null,
      champion text not null,
      candidate text,
      rollout text,
      tries integer not null,
      attempts integer not null,
      says text not null,
      details text not null,
      actor text not null,
      opened_at integer not null,
      changed_at integer not null,
      ended_at integer
    )`,
    'create index retraining_turns_by_line on retraining_turns (line, opened_at)',
    'create unique index retraining_turns_open on retraining_turns (line) where ended_at is null',
    `create table automation_stops (
      id integer primary key autoincrement,
      reason text not null,
      actor text not null,
      at integer not null,
      lifted_at integer,
      lifted_by text
    )`,
  ],
};
