import type { Migration } from './migration.ts';

export const supply: Migration = {
  number: 2,
  name: 'supply',
  statements: [
    `create table line_documents (
      line text not null,
      version integer not null,
      release text not null,
      state text not null,
      bytes blob not null,
      created_at integer not null,
      primary key (line, version)
    )`,
    `create table model_variants (
      line text not null,
      version text not null,
      variant text not null,
      recipe text not null,
      archive text not null,
      archive_bytes integer not null,
      model text not null,
      model_bytes integer not null,
      needs text not null,
      profiles text not null,
      payloads text not null,
      primary key (line, version, variant)
    )`,
    `create table model_versions (
      line text not null,
      version text not null,
      counter integer not null,
      state text not null,
      algorithm text not null,
      predecessor text,
      subject text not null,
      card text not null,
      created_at integer not null,
      published_at integer,
      primary key (line, version)
    )`,
  ],
};
