import type { Migration } from './migration.ts';

/** Who is told of which alerts, what is not told for a while, and mails with their attempts. */
export const alertRoutes: Migration = {
  number: 22,
  name: 'alert-routes',
  statements: [
    'alter table alerts add column told integer not null default 1',
    `create table alert_rules (
      name text primary key,
      spec text not null,
      updated_by text not null,
      updated_at integer not null
    )`,
    `create table alert_mutes (
      id text primary key,
      kind text,
      subject text,
      until integer not null,
      reason text not null,
      created_by text not null,
      created_at integer not null,
      ended_at integer
    )`,
    'create index alert_mutes_standing on alert_mutes (until)',
    `create table mail_deliveries (
      id text primary key,
      event integer not null,
      recipient text not null,
      type text not null,
      alert text not null,
      subject text not null,
      body text not null,
      state text not null,
      attempts integer not null,
      next_at integer not null,
      created_at integer not null,
      last_at integer,
      last_reason text
    )`,
    'create unique index mail_deliveries_once on mail_deliveries (event, recipient)',
    'create index mail_deliveries_due on mail_deliveries (state, next_at)',
  ],
};
