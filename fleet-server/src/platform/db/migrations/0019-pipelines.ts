import type { Migration } from './migration.ts';

/** Pipelines, their runs, the attempts of their steps, and what these said. */
export const pipelines: Migration = {
  number: 19,
  name: 'pipelines',
  statements: [
    `create table pipelines (
      name text primary key,
      spec text not null,
      state text not null,
      timed_from integer not null,
      next_at integer,
      secret text,
      revision integer not null,
      created_by text not null,
      created_at integer not null,
      updated_at integer not null
    )`,
    'create index pipelines_due on pipelines (state, next_at)',
    `create table pipeline_runs (
      id text primary key,
      pipeline text not null,
      spec text not null,
      parameters text not null,
      cause text not null,
      cause_key text,
      git_commit text,
      no_cache integer not null,
      state text not null,
      note text not null,
      actor text not null,
      created_at integer not null,
      started_at integer,
      ended_at integer,
      error_code text,
      error_message text
    )`,
    'create index pipeline_runs_by_state on pipeline_runs (state)',
    'create index pipeline_runs_by_pipeline on pipeline_runs (pipeline, created_at)',
    'create unique index pipeline_runs_by_cause on pipeline_runs (pipeline, cause_key)',
    `create table pipeline_steps (
      run text not null,
      step text not null,
      attempt integer not null,
      state text not null,
      key text,
      outputs text not null,
      says text not null,
      started_at integer not null,
      ended_at integer,
      retry_at integer,
      from_run text,
      error_code text,
      error_message text,
      error_field text,
      primary key (run, step, attempt)
    )`,
    'create index pipeline_steps_by_key on pipeline_steps (key, state)',
    `create table pipeline_log (
      run text not null,
      seq integer not null,
      step text not null,
      at integer not null,
      line text not null,
      primary key (run, seq)
    )`,
  ],
};
