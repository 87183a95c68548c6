import type { Migration } from './migration.ts';

/** Whose an approver's key is, by the public half; the private one is in a browser. */
export const approverKeysTable: Migration = {
  number: 26,
  name: 'approver-keys',
  statements: [
    `create table approver_keys (
      key_id text primary key,
      user_name text not null,
      label text not null,
      public_key text not null,
      created_at integer not null,
      removed_at integer
    )`,
    'create index approver_keys_by_user on approver_keys (user_name)',
  ],
};
