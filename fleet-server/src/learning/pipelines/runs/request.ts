import { randomUUID } from 'node:crypto';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, inArray, pipelineRuns, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { PipelineError } from '../errors.ts';
import { checkPipeline } from '../file/check.ts';
import { resolveParameters } from '../file/parameters.ts';
import { STEP_KINDS } from '../steps/index.ts';
import { getPipeline, getPipelineRun } from './read.ts';
import { UNDER_WAY, type Cause, type Pipeline, type PipelineRun } from './run.ts';

export interface RunOrder {
  pipeline: string;
  /** Values of parameters. */
  set?: Record<string, unknown>;
  /** The state of the source that the run is of, forty hexadecimal digits. */
  gitCommit?: string;
  /** Results of earlier runs do not count. */
  noCache?: boolean;
  cause: Cause;
  /** By which one trigger starts one run, however often it is told. */
  causeKey?: string;
}

/** A run that begins at the next look, or why there is none. */
export type Requested = { run: PipelineRun } | { dropped: string };

export interface RequestDeps {
  database: Database;
  now: () => number;
}

const MAX_NOTE = 2000;

/**
 * Orders a run. One is under way at a time and one waits for it; what comes beside these is dropped, with a note on the one
 * that waits.
 * @throws PipelineError `pipeline_unknown`, `pipeline_parameter`, `pipeline_malformed`; of an operator's order
 * `pipeline_paused`, `pipeline_busy`
 */
export async function requestRun(deps: RequestDeps, actor: string, order: RunOrder): Promise<Requested> {
  return deps.database.transaction(async (tx) => {
    const { causeKey = null, cause, gitCommit = null, noCache = false, set = {} } = order;
    const told = causeKey === null ? undefined : await runOfCause(tx, order.pipeline, causeKey);
    if (told !== undefined) return { run: await getPipelineRun(tx, told) };
    const pipeline = await getPipeline(tx, order.pipeline);
    if (pipeline.state === 'paused') return drop(tx, actor, pipeline, cause, 'pipeline_paused');
    const parameters = resolveParameters(pipeline.spec.parameters, set);
    checkPipeline(pipeline.spec, STEP_KINDS, parameters);
    const [queued] = await runsIn(tx, pipeline.name, ['queued']);
    if (queued !== undefined) return drop(tx, actor, pipeline, cause, 'pipeline_busy', queued);
    const id = `p-${randomUUID().slice(0, 8)}`;
    await tx.insert(pipelineRuns).values({
      id,
      pipeline: pipeline.name,
      spec: JSON.stringify(pipeline.spec),
      parameters: JSON.stringify(parameters),
      cause: JSON.stringify(cause),
      causeKey,
      gitCommit,
      noCache: noCache ? 1 : 0,
      state: 'queued',
      note: '',
      actor,
      createdAt: deps.now(),
      startedAt: null,
      endedAt: null,
      errorCode: null,
      errorMessage: null,
    });
    const details = { run: id, cause, parameters, gitCommit, noCache };
    await record(tx, { actor, action: 'pipelines.run', subject: `pipeline:${pipeline.name}`, details });
    await emit(tx, {
      type: 'pipeline.run',
      pipeline: pipeline.name,
      run: id,
      from: '',
      to: 'queued',
      reason: cause.sentence,
    });
    return { run: await getPipelineRun(tx, id) };
  });
}

/** What is queued begins, where nothing of its pipeline is under way and nobody has paused it. */
export async function beginQueued({ database, now }: RequestDeps): Promise<void> {
  const queued = await database.db
    .select({ id: pipelineRuns.id, pipeline: pipelineRuns.pipeline })
    .from(pipelineRuns)
    .where(eq(pipelineRuns.state, 'queued'));
  for (const { id, pipeline } of queued) {
    await database.transaction(async (tx) => {
      if ((await runsIn(tx, pipeline, UNDER_WAY)).length > 0) return;
      if ((await getPipeline(tx, pipeline)).state === 'paused') return;
      const begun = await tx
        .update(pipelineRuns)
        .set({ state: 'running', startedAt: now() })
        .where(and(eq(pipelineRuns.id, id), eq(pipelineRuns.state, 'queued')))
        .returning({ id: pipelineRuns.id });
      if (begun.length === 0) return;
      await emit(tx, { type: 'pipeline.run', pipeline, run: id, from: 'queued', to: 'running', reason: 'its turn' });
    });
  }
}

async function drop(
  tx: Db,
  actor: string,
  { name }: Pipeline,
  cause: Cause,
  code: 'pipeline_paused' | 'pipeline_busy',
  queued?: { id: string; note: string },
): Promise<Requested> {
  const why = code === 'pipeline_paused' ? `${name} is paused` : `one run of ${name} is under way and one waits`;
  if (cause.kind === 'operator') {
    const expected = code === 'pipeline_paused' ? 'resume it first' : 'wait for the run that is queued, or cancel it';
    throw new PipelineError(code, why, { kind: 'conflict', field: 'pipeline', expected });
  }
  if (queued !== undefined) {
    const note = `${queued.note}${queued.note === '' ? '' : '\n'}dropped meanwhile: ${cause.sentence}`;
    await tx
      .update(pipelineRuns)
      .set({ note: note.slice(-MAX_NOTE) })
      .where(eq(pipelineRuns.id, queued.id));
  }
  await record(tx, { actor, action: 'pipelines.drop', subject: `pipeline:${name}`, details: { cause, why } });
  return { dropped: why };
}

async function runOfCause(tx: Db, pipeline: string, causeKey: string): Promise<string | undefined> {
  const isOfCause = and(eq(pipelineRuns.pipeline, pipeline), eq(pipelineRuns.causeKey, causeKey));
  const [row] = await tx.select({ id: pipelineRuns.id }).from(pipelineRuns).where(isOfCause);
  return row?.id;
}

async function runsIn(tx: Db, pipeline: string, states: readonly PipelineRun['state'][]) {
  return tx
    .select({ id: pipelineRuns.id, note: pipelineRuns.note })
    .from(pipelineRuns)
    .where(and(eq(pipelineRuns.pipeline, pipeline), inArray(pipelineRuns.state, [...states])));
}
