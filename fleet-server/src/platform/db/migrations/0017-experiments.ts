import type { Migration } from './migration.ts';

/** Runs of experiments with what they left, names for versions, and versions that are not to be used any more. */
export const experiments: Migration = {
  number: 17,
  name: 'experiments',
  statements: [
    `create table runs (
      id text primary key,
      experiment text not null,
      kind text not null,
      state text not null,
      dataset_name text,
      dataset_version text,
      settings text not null,
      seed integer,
      code_version text not null,
      actor text not null,
      tags text not null,
      parent text,
      metrics text not null,
      line text,
      version text,
      error_code text,
      error_message text,
      started_at integer not null,
      ended_at integer,
      archived_at integer
    )`,
    'create index runs_by_start on runs (started_at, id)',
    'create index runs_by_experiment on runs (experiment, started_at, id)',
    'create index runs_by_version on runs (line, version)',
    'create index runs_by_dataset on runs (dataset_version)',
    'create index runs_by_state on runs (state)',
    `create table run_artifacts (
      run text not null,
      name text not null,
      media_type text not null,
      sha256 text not null,
      size_bytes integer not null,
      primary key (run, name)
    )`,
    `create table model_aliases (
      line text not null,
      name text not null,
      version text not null,
      revision integer not null,
      moved_at integer not null,
      moved_by text not null,
      primary key (line, name)
    )`,
    `create table model_deprecations (
      line text not null,
      version text not null,
      reason text not null,
      replaced_by text,
      deprecated_at integer not null,
      deprecated_by text not null,
      primary key (line, version)
    )`,
  ],
};
