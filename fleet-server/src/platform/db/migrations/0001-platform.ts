import type { Migration } from './migration.ts';

export const platform: Migration = {
  number: 1,
  name: 'platform',
  statements: [
    `create table audit (
      id integer primary key,
      at integer not null,
      actor text not null,
      action text not null,
      subject text not null,
      details text not null,
      previous_hash text not null,
      hash text not null
    )`,
    'create index audit_by_subject on audit (subject, id)',
    `create table outbox_events (
      id integer primary key autoincrement,
      at integer not null,
      type text not null,
      body text not null
    )`,
    `create table outbox_cursors (
      subscriber text primary key,
      delivered_up_to integer not null,
      attempts integer not null,
      retry_at integer
    )`,
    `create table outbox_dead (
      subscriber text not null,
      event integer not null,
      type text not null,
      body text not null,
      attempts integer not null,
      reason text not null,
      at integer not null,
      primary key (subscriber, event)
    )`,
  ],
};
