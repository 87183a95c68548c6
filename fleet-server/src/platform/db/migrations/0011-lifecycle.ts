import type { Migration } from './migration.ts';

/** Sites have zone, region and an end; a device may take the place of another. */
export const lifecycle: Migration = {
  number: 11,
  name: 'lifecycle',
  statements: [
    `create table sites (
      id text primary key,
      zone text not null,
      region text not null,
      state text not null,
      cost_per_mb real,
      note text not null,
      revision integer not null,
      created_at integer not null,
      closing_at integer,
      deadline_at integer,
      closed_at integer
    )`,
    `create table successions (
      device text primary key,
      old text not null,
      kind text not null,
      site text not null,
      actor text not null,
      ordered_at integer not null,
      done_at integer,
      unsent text
    )`,
    'create index successions_by_old on successions (old)',
    `create table retirements (
      device text primary key,
      site text not null,
      cause text not null,
      actor text not null,
      seq integer not null,
      ordered_at integer not null,
      state text not null,
      state_at integer,
      waiting integer
    )`,
    'create index retirements_by_site on retirements (site)',
  ],
};
