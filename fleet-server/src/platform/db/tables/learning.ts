import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** Versions of datasets; the rows themselves are an artifact. */
export const datasets = sqliteTable('datasets', {
  version: text('version').primaryKey(),
  name: text('name').notNull(),
  reader: text('reader').notNull(),
  rows: integer('rows').notNull(),
  rejected: integer('rejected').notNull(),
  artifact: text('artifact').notNull(),
  summary: text('summary').notNull(),
  createdAt: integer('created_at').notNull(),
  readerVersion: integer('reader_version'),
  /** JSON: files with hash and rows. */
  sources: text('sources'),
  /** JSON: the quality report. */
  quality: text('quality'),
  createdBy: text('created_by'),
});

/** What a version was made from, and how; one that was read from files has none. */
export const datasetParents = sqliteTable(
  'dataset_parents',
  { child: text('child').notNull(), parent: text('parent').notNull(), operation: text('operation').notNull() },
  (table) => [primaryKey({ columns: [table.child, table.parent] })],
);

/** What led to a candidate, how it did against the champion, and what was decided. */
export const retrainings = sqliteTable('retrainings', {
  id: text('id').primaryKey(),
  line: text('line').notNull(),
  trigger: text('trigger').notNull(),
  champion: text('champion').notNull(),
  candidate: text('candidate'),
  decision: text('decision').notNull(),
  sentence: text('sentence').notNull(),
  details: text('details').notNull(),
  at: integer('at').notNull(),
});

/** One turn of training, import or retraining: what went in, what came out, and how it ended. JSON where said. */
export const runs = sqliteTable(
  'runs',
  {
    id: text('id').primaryKey(),
    experiment: text('experiment').notNull(),
    kind: text('kind', { enum: ['train', 'import', 'retrain'] }).notNull(),
    state: text('state', { enum: ['running', 'finished', 'failed', 'stopped'] }).notNull(),
    datasetName: text('dataset_name'),
    datasetVersion: text('dataset_version'),
    /** JSON: parameters by name. */
    settings: text('settings').notNull(),
    seed: integer('seed'),
    codeVersion: text('code_version').notNull(),
    actor: text('actor').notNull(),
    /** JSON: texts by key. */
    tags: text('tags').notNull(),
    /** The run that this one belongs to. */
    parent: text('parent'),
    /** JSON: `{values, folds?, …}`. */
    metrics: text('metrics').notNull(),
    /** What came of it; null where nothing was registered. */
    line: text('line'),
    version: text('version'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at'),
    archivedAt: integer('archived_at'),
  },
  (table) => [
    index('runs_by_start').on(table.startedAt, table.id),
    index('runs_by_experiment').on(table.experiment, table.startedAt, table.id),
    index('runs_by_version').on(table.line, table.version),
    index('runs_by_dataset').on(table.datasetVersion),
    index('runs_by_state').on(table.state),
  ],
);

/** Files of a run, by name; the bytes are artifacts. */
export const runArtifacts = sqliteTable(
  'run_artifacts',
  {
    run: text('run').notNull(),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.name] })],
);

/** Names that point to a version of a line and move. */
export const modelAliases = sqliteTable(
  'model_aliases',
  {
    line: text('line').notNull(),
    name: text('name').notNull(),
    version: text('version').notNull(),
    /** Counts the moves, so that two operators at once are told apart. */
    revision: integer('revision').notNull(),
    movedAt: integer('moved_at').notNull(),
    movedBy: text('moved_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.name] })],
);

/** Versions that nothing new is to begin with. */
export const modelDeprecations = sqliteTable(
  'model_deprecations',
  {
    line: text('line').notNull(),
    version: text('version').notNull(),
    reason: text('reason').notNull(),
    replacedBy: text('replaced_by'),
    deprecatedAt: integer('deprecated_at').notNull(),
    deprecatedBy: text('deprecated_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.line, table.version] })],
);

/**
 * What the server was asked for a prediction that it made itself, beside the row in `telemetry`: a device keeps its
 * questions, the server has to keep its own. Private values are left out.
 */
export const predictionInputs = sqliteTable(
  'prediction_inputs',
  {
    stream: text('stream').notNull(),
    seq: integer('seq').notNull(),
    /** SHA-256 of the whole question, by which a repetition is known. */
    question: text('question').notNull(),
    /** JSON of the record as it was placed, derived values included. */
    record: text('record').notNull(),
    /** JSON of what was answered, so that a repetition gets the same. */
    answer: text('answer').notNull(),
    actor: text('actor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.stream, table.seq] })],
);

/** Rows that are scored again and again, or once. `state`: active, paused, or done when a single run is over. */
export const batchJobs = sqliteTable(
  'batch_jobs',
  {
    id: text('id').primaryKey(),
    /** As it was written: an alias is resolved by each run. */
    model: text('model').notNull(),
    /** JSON: which rows. */
    source: text('source').notNull(),
    /** Pattern of five fields in `zone`; null for a single run. */
    cron: text('cron'),
    zone: text('zone').notNull(),
    reasons: integer('reasons').notNull(),
    keepRuns: integer('keep_runs').notNull(),
    state: text('state', { enum: ['active', 'paused', 'done'] }).notNull(),
    /** When it is due next, ms; null while nothing is. */
    nextAt: integer('next_at'),
    /** The time for which it runs now, ms; a server that finds one it did not start had crashed in it. */
    runningFor: integer('running_for'),
    runningSince: integer('running_since'),
    /** Counts the orders, so that two operators at once are told apart. */
    revision: integer('revision').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('batch_jobs_due').on(table.state, table.nextAt)],
);

/** Runs that are over: written in one commit with all they brought, or not there. */
export const batchResults = sqliteTable(
  'batch_results',
  {
    job: text('job').notNull(),
    /** Counts from 1 within the job. */
    run: integer('run').notNull(),
    state: text('state', { enum: ['succeeded', 'failed'] }).notNull(),
    dueAt: integer('due_at').notNull(),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at').notNull(),
    /** What the reference meant when it began; null where it meant nothing. */
    line: text('line'),
    version: text('version'),
    sha256: text('sha256'),
    rows: integer('rows').notNull(),
    bad: integer('bad').notNull(),
    /** gzip of NDJSON, an artifact; null of a run that failed. */
    artifact: text('artifact'),
    /** JSON: figures of the scores, or the error. */
    summary: text('summary').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.run] })],
);

/** What runs step by step, as a file says it. */
export const pipelines = sqliteTable(
  'pipelines',
  {
    name: text('name').primaryKey(),
    /** JSON of the spec. */
    spec: text('spec').notNull(),
    state: text('state', { enum: ['active', 'paused'] }).notNull(),
    /** From when on its patterns count, ms: what came since is made up for once. */
    timedFrom: integer('timed_from').notNull(),
    /** When one of its patterns comes next, ms; null while none does. */
    nextAt: integer('next_at'),
    /** `whsec_…`, where something outside may start it. */
    secret: text('secret'),
    /** Counts the changes, so that two operators at once are told apart. */
    revision: integer('revision').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [index('pipelines_due').on(table.state, table.nextAt)],
);

/** `waiting`: for a person, a rollout or the next attempt. */
export const pipelineRuns = sqliteTable(
  'pipeline_runs',
  {
    id: text('id').primaryKey(),
    pipeline: text('pipeline').notNull(),
    /** JSON of the spec as it was when the run was ordered. */
    spec: text('spec').notNull(),
    /** JSON: values by name, defaults included. */
    parameters: text('parameters').notNull(),
    /** JSON: what started it. */
    cause: text('cause').notNull(),
    /** By which one trigger starts one run, however often it is told; null of a person's order. */
    causeKey: text('cause_key'),
    gitCommit: text('git_commit'),
    /** 1: results of earlier runs do not count. */
    noCache: integer('no_cache').notNull(),
    state: text('state', { enum: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] }).notNull(),
    /** For people: what was dropped while it waited. */
    note: text('note').notNull(),
    actor: text('actor').notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
  },
  (table) => [
    index('pipeline_runs_by_state').on(table.state),
    index('pipeline_runs_by_pipeline').on(table.pipeline, table.createdAt),
    index('pipeline_runs_by_cause').on(table.pipeline, table.causeKey),
  ],
);

/** One attempt of a step. `interrupted`: the server ended in it. */
export const pipelineSteps = sqliteTable(
  'pipeline_steps',
  {
    run: text('run').notNull(),
    step: text('step').notNull(),
    attempt: integer('attempt').notNull(),
    state: text('state', {
      enum: ['running', 'waiting', 'succeeded', 'cached', 'skipped', 'failed', 'interrupted', 'cancelled'],
    }).notNull(),
    /** SHA-256 of everything the result depends on; null where nothing may be taken from an earlier run. */
    key: text('key'),
    /** JSON: values by name; of a step that waits, what it waits for. */
    outputs: text('outputs').notNull(),
    /** For people: what came of it. */
    says: text('says').notNull(),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at'),
    /** When it is tried again, ms; null for never. */
    retryAt: integer('retry_at'),
    /** The run whose result it took. */
    fromRun: text('from_run'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    errorField: text('error_field'),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.step, table.attempt] }),
    index('pipeline_steps_by_key').on(table.key, table.state),
  ],
);

export const pipelineLog = sqliteTable(
  'pipeline_log',
  {
    run: text('run').notNull(),
    /** Counts from 1 within the run. */
    seq: integer('seq').notNull(),
    step: text('step').notNull(),
    at: integer('at').notNull(),
    line: text('line').notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.seq] })],
);

export const retrainingPolicies = sqliteTable('retraining_policies', {
  line: text('line').primaryKey(),
  /** JSON of the policy, defaults filled in. */
  spec: text('spec').notNull(),
  revision: integer('revision').notNull(),
  updatedAt: integer('updated_at').notNull(),
  updatedBy: text('updated_by').notNull(),
});

/** One turn of the loop, from what opened it to a rollout; at most one of a line is not over. */
export const retrainingTurns = sqliteTable(
  'retraining_turns',
  {
    id: text('id').primaryKey(),
    line: text('line').notNull(),
    state: text('state', {
      enum: [
        'examining',
        'kept-champion',
        'gate-refused',
        'awaiting-approval',
        'rolling-out',
        'completed',
        'stopped',
        'failed',
      ],
    }).notNull(),
    cause: text('cause', { enum: ['drift', 'realised', 'estimated', 'labels', 'time', 'person'] }).notNull(),
    /** Why it was opened, for people. */
    sentence: text('sentence').notNull(),
    /** JSON: findings that it answers, by id; they open no other turn. */
    findings: text('findings').notNull(),
    /** JSON of the policy as it was. */
    policy: text('policy').notNull(),
    champion: text('champion').notNull(),
    candidate: text('candidate'),
    rollout: text('rollout'),
    /** The how-manieth of its year: the level of its test falls with it. */
    tries: integer('tries').notNull(),
    /** Beginnings of the examination; it begins anew after a crash. */
    attempts: integer('attempts').notNull(),
    /** For people: where it stands, or why it ended so. */
    says: text('says').notNull(),
    /** JSON: comparison, data window, dataset. */
    details: text('details').notNull(),
    actor: text('actor').notNull(),
    openedAt: integer('opened_at').notNull(),
    changedAt: integer('changed_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (table) => [index('retraining_turns_by_line').on(table.line, table.openedAt)],
);

/** The one switch over everything automatic; on while a row is not lifted. */
export const automationStops = sqliteTable('automation_stops', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  reason: text('reason').notNull(),
  actor: text('actor').notNull(),
  at: integer('at').notNull(),
  liftedAt: integer('lifted_at'),
  liftedBy: text('lifted_by'),
});
