import type { Migration } from './migration.ts';

export const sites: Migration = {
  number: 3,
  name: 'sites',
  statements: [
    `create table assignments (
      device text not null,
      seq integer not null,
      line text not null,
      version text not null,
      counter integer not null,
      sha256 text not null,
      cause text not null,
      bytes blob not null,
      issued_at integer not null,
      primary key (device, seq)
    )`,
    `create table devices (
      id text primary key,
      site text not null,
      profile text not null,
      agent text not null,
      public_key text not null,
      key_id text not null,
      tags text not null,
      enrolled_at integer not null,
      last_seen_at integer,
      connection text,
      report text,
      report_nonce text,
      report_counter integer not null,
      assigned_seq integer not null
    )`,
    'create index devices_by_site on devices (site, id)',
    `create table enrolment_tokens (
      token_sha256 text primary key,
      site text not null,
      device text not null,
      tags text not null,
      expires_at integer not null,
      used_at integer,
      used_by_key text
    )`,
    `create table site_log (
      site text not null,
      cursor integer not null,
      id text not null,
      activity text not null,
      field text not null,
      at integer not null,
      entry text not null,
      primary key (site, cursor)
    )`,
    'create unique index site_log_by_id on site_log (site, id)',
    'create index site_log_by_activity on site_log (site, activity, field)',
  ],
};
