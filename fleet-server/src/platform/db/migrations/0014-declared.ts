import type { Migration } from './migration.ts';

/** Operators by name, policies, and what files said of rollouts. */
export const declared: Migration = {
  number: 14,
  name: 'declared',
  statements: [
    `create table operators (
      name text primary key,
      token_sha256 text not null,
      created_at integer not null,
      created_by text not null,
      removed_at integer
    )`,
    'create unique index operators_by_token on operators (token_sha256)',
    `create table policies (
      name text primary key,
      spec text not null,
      revision integer not null,
      created_at integer not null,
      updated_at integer not null,
      updated_by text not null
    )`,
    `create table declared_rollouts (
      name text primary key,
      spec text not null,
      written_at integer not null
    )`,
  ],
};
