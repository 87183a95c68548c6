import type { Migration } from './migration.ts';

/**
 * Members of a stage wait for their turn, decide, fail and go back, each on its own; refusals, penalties and the brake
 * over the whole fleet outlive the rollout they came from. The index over assignments answers what a device was last
 * told of one line.
 */
export const rolloutEngine: Migration = {
  number: 13,
  name: 'rollouts',
  statements: [
    'alter table rollouts add column name text',
    'alter table rollouts add column status text',
    'create unique index rollouts_by_name on rollouts (name)',
    'create index rollouts_by_status on rollouts (status)',
    'alter table rollout_decisions add column gate text',
    'alter table rollout_devices rename to rollout_devices_before',
    `create table rollout_devices (
      rollout text not null,
      device text not null,
      stage integer not null,
      assignment_seq integer,
      assigned_at integer,
      outcome text,
      outcome_at integer,
      outcome_reason text,
      acknowledged_at integer,
      returned_seq integer,
      primary key (rollout, device)
    )`,
    `insert into rollout_devices (rollout, device, stage, assignment_seq, assigned_at)
      select rollout, device, stage, assignment_seq, assigned_at from rollout_devices_before`,
    'drop table rollout_devices_before',
    'create index rollout_devices_by_device on rollout_devices (device, rollout)',
    `create table device_rejections (
      device text not null,
      sha256 text not null,
      rollout text not null,
      reason text not null,
      at integer not null,
      primary key (device, sha256)
    )`,
    `create table device_penalties (
      device text primary key,
      failures integer not null,
      reason text not null,
      last_at integer not null,
      until integer
    )`,
    `create table fleet_freezes (
      id integer primary key autoincrement,
      reason text not null,
      actor text not null,
      at integer not null,
      lifted_at integer,
      lifted_by text
    )`,
    'create index assignments_by_line on assignments (line, device, seq)',
  ],
};
