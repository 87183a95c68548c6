import type { Migration } from './migration.ts';

export const insight: Migration = {
  number: 4,
  name: 'insight',
  statements: [
    `create table drift_verdicts (
      line text not null,
      version text not null,
      from_at integer not null,
      to_at integer not null,
      count integer not null,
      alarm integer not null,
      sentence text not null,
      details text not null,
      assessed_at integer not null,
      primary key (line, version, from_at)
    )`,
    `create table rejected_rows (
      stream text not null,
      seq integer not null,
      device text not null,
      code text not null,
      field text not null,
      received_at integer not null,
      primary key (stream, seq)
    )`,
    `create table streams (
      id text primary key,
      device text not null,
      site text not null,
      class text not null,
      high_water integer not null,
      rows integer not null,
      rejected integer not null,
      gapped integer not null
    )`,
    `create table telemetry (
      stream text not null,
      seq integer not null,
      device text not null,
      site text not null,
      kind text not null,
      at integer not null,
      ref text,
      activity text,
      line text,
      version text,
      sha256 text,
      as_of integer,
      score real,
      body text not null,
      received_at integer not null,
      primary key (stream, seq)
    )`,
    'create index telemetry_by_kind on telemetry (kind, line, at)',
  ],
};
