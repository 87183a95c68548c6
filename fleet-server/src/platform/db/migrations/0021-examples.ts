import type { Migration } from './migration.ts';

/** Hard examples, within the budget of their devices. */
export const examples: Migration = {
  number: 21,
  name: 'examples',
  statements: [
    `create table hard_examples (
      stream text not null,
      seq integer not null,
      device text not null,
      site text not null,
      line text not null,
      version text not null,
      activity text,
      as_of integer not null,
      why text not null,
      body text not null,
      size_bytes integer not null,
      taken_at integer not null,
      primary key (stream, seq)
    )`,
    'create index hard_examples_by_line on hard_examples (line, as_of)',
  ],
};
