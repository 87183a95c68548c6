import type { Migration } from './migration.ts';

/** Users with roles and passwords, their sessions and tokens, and one-time codes. */
export const access: Migration = {
  number: 24,
  name: 'access',
  statements: [
    `create table users (
      name text primary key,
      assignments text not null,
      password text,
      subject text,
      created_at integer not null,
      created_by text not null,
      password_at integer,
      removed_at integer
    )`,
    'create unique index users_by_subject on users (subject)',
    `create table sessions (
      id_sha256 text primary key,
      user_name text not null,
      csrf text not null,
      created_at integer not null,
      seen_at integer not null
    )`,
    'create index sessions_by_user on sessions (user_name)',
    `create table api_tokens (
      id text primary key,
      user_name text not null,
      name text not null,
      token_sha256 text not null,
      scopes text not null,
      created_at integer not null,
      expires_at integer not null,
      last_used_at integer,
      revoked_at integer
    )`,
    'create unique index api_tokens_by_token on api_tokens (token_sha256)',
    'create index api_tokens_by_user on api_tokens (user_name)',
    `create table access_codes (
      code_sha256 text primary key,
      purpose text not null,
      created_by text not null,
      expires_at integer not null
    )`,
  ],
};
