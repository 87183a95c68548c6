import type { Migration } from './migration.ts';

/** What was answered to requests with an idempotency key. */
export const keptAnswersTable: Migration = {
  number: 25,
  name: 'kept-answers',
  statements: [
    `create table kept_answers (
      actor text not null,
      key text not null,
      request_sha256 text not null,
      status integer,
      media_type text,
      body text,
      at integer not null,
      primary key (actor, key)
    )`,
    'create index kept_answers_by_age on kept_answers (at)',
  ],
};
