import type { Migration } from './migration.ts';

/** Events for other programs, webhooks and their deliveries, alerts, and who was connected when alerts last looked. */
export const events: Migration = {
  number: 15,
  name: 'events',
  statements: [
    `create table event_feed (
      id integer primary key,
      at integer not null,
      type text not null,
      body text not null
    )`,
    `create table event_feed_floor (
      id integer primary key,
      dropped_up_to integer not null
    )`,
    `create table webhooks (
      id text primary key,
      url text not null,
      types text not null,
      description text not null,
      secret text not null,
      previous_secret text,
      previous_until integer,
      paused_at integer,
      paused_reason text,
      created_by text not null,
      created_at integer not null
    )`,
    `create table webhook_deliveries (
      id text primary key,
      webhook text not null,
      event integer not null,
      type text not null,
      body text not null,
      state text not null,
      attempts integer not null,
      next_at integer not null,
      created_at integer not null,
      last_at integer,
      last_status integer,
      last_reason text,
      last_answer text
    )`,
    'create unique index webhook_deliveries_once on webhook_deliveries (webhook, event)',
    'create index webhook_deliveries_due on webhook_deliveries (webhook, state, next_at)',
    'create index webhook_deliveries_done on webhook_deliveries (state, last_at)',
    `create table alerts (
      id text primary key,
      kind text not null,
      subject text not null,
      scope text not null,
      sentence text not null,
      details text not null,
      raised_at integer not null,
      last_at integer not null,
      count integer not null,
      cleared_at integer,
      cleared_reason text,
      acknowledged_at integer,
      acknowledged_by text,
      note text
    )`,
    'create unique index alerts_one_open on alerts (kind, subject) where cleared_at is null',
    'create index alerts_by_subject on alerts (kind, subject, raised_at)',
    'create index alerts_open on alerts (cleared_at, raised_at)',
    `create table device_contacts (
      device text primary key,
      online integer not null,
      contact_at integer not null
    )`,
  ],
};
