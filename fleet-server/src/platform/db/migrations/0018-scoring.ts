import type { Migration } from './migration.ts';

/** Questions that the server answered itself, and jobs that score rows again and again. */
export const scoring: Migration = {
  number: 18,
  name: 'scoring',
  statements: [
    `create table prediction_inputs (
      stream text not null,
      seq integer not null,
      question text not null,
      record text not null,
      answer text not null,
      actor text not null,
      primary key (stream, seq)
    )`,
    `create table batch_jobs (
      id text primary key,
      model text not null,
      source text not null,
      cron text,
      zone text not null,
      reasons integer not null,
      keep_runs integer not null,
      state text not null,
      next_at integer,
      running_for integer,
      running_since integer,
      revision integer not null,
      created_by text not null,
      created_at integer not null
    )`,
    'create index batch_jobs_due on batch_jobs (state, next_at)',
    `create table batch_results (
      job text not null,
      run integer not null,
      state text not null,
      due_at integer not null,
      started_at integer not null,
      finished_at integer not null,
      line text,
      version text,
      sha256 text,
      rows integer not null,
      bad integer not null,
      artifact text,
      summary text not null,
      primary key (job, run)
    )`,
  ],
};
