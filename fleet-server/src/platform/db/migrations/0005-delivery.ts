import type { Migration } from './migration.ts';

export const delivery: Migration = {
  number: 5,
  name: 'delivery',
  statements: [
    `create table rollout_decisions (
      id integer primary key autoincrement,
      rollout text not null,
      at integer not null,
      stage integer not null,
      verdict text not null,
      sentence text not null,
      numbers text not null
    )`,
    'create index rollout_decisions_by_rollout on rollout_decisions (rollout, id)',
    `create table rollout_devices (
      rollout text not null,
      device text not null,
      stage integer not null,
      assignment_seq integer not null,
      assigned_at integer not null,
      primary key (rollout, device)
    )`,
    `create table rollouts (
      id text primary key,
      line text not null,
      version text not null,
      author text not null,
      plan text not null,
      state text not null,
      revision integer not null,
      created_at integer not null,
      updated_at integer not null
    )`,
  ],
};
