import type { Migration } from './migration.ts';

/** Groups of devices, and the releases that stand for their members. */
export const groups: Migration = {
  number: 10,
  name: 'groups',
  statements: [
    `create table device_groups (
      name text primary key,
      selector text,
      note text not null,
      revision integer not null,
      created_at integer not null,
      updated_at integer not null,
      updated_by text not null
    )`,
    `create table group_devices (
      group_name text not null,
      device text not null,
      primary key (group_name, device)
    )`,
    'create index group_devices_by_device on group_devices (device)',
    `create table standing_releases (
      group_name text not null,
      line text not null,
      version text not null,
      set_at integer not null,
      set_by text not null,
      primary key (group_name, line)
    )`,
  ],
};
