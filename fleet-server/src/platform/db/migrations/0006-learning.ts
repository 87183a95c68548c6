import type { Migration } from './migration.ts';

export const learning: Migration = {
  number: 6,
  name: 'learning',
  statements: [
    `create table datasets (
      version text primary key,
      name text not null,
      reader text not null,
      rows integer not null,
      rejected integer not null,
      artifact text not null,
      summary text not null,
      created_at integer not null
    )`,
    `create table retrainings (
      id text primary key,
      line text not null,
      trigger text not null,
      champion text not null,
      candidate text,
      decision text not null,
      sentence text not null,
      details text not null,
      at integer not null
    )`,
  ],
};
