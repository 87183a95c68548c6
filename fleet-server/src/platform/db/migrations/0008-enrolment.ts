import type { Migration } from './migration.ts';

/**
 * Tokens pin a certificate authority, may name a class of device and may wait for a person; devices have certificates,
 * sessions and a standing. A token made before pins no authority and opens nothing, so those are dropped.
 */
export const enrolment: Migration = {
  number: 8,
  name: 'enrolment',
  statements: [
    'drop table enrolment_tokens',
    `create table enrolment_tokens (
      token_sha256 text primary key,
      site text not null,
      device text not null,
      tags text not null,
      profile text,
      approval text not null,
      root_version integer not null,
      issued_at integer not null,
      expires_at integer not null,
      asked_at integer,
      asked_key text,
      approved_at integer,
      used_at integer,
      used_by_key text
    )`,
    'create index enrolment_tokens_by_device on enrolment_tokens (device)',
    `create table device_sessions (
      device text not null,
      session integer not null,
      nonce text not null,
      primary key (device, session)
    )`,
    'alter table devices add column standing text',
    'alter table devices add column standing_reason text',
    'alter table devices add column standing_at integer',
    'alter table devices add column highest_session integer',
    'alter table devices add column certificate_serial text',
    'alter table devices add column certificate_issued_at integer',
    'alter table devices add column certificate_not_after integer',
  ],
};
