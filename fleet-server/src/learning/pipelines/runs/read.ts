import {
  and,
  asc,
  desc,
  eq,
  gt,
  pipelineLog,
  pipelineRuns,
  pipelines,
  pipelineSteps,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { PipelineError } from '../errors.ts';
import { attemptOf, pipelineOf, runOf, type Pipeline, type PipelineRun, type StepAttempt } from './run.ts';

const MOST_RUNS = 200;
const MOST_LINES = 2000;

/** By name. */
export async function listPipelines(db: ReadDb): Promise<Pipeline[]> {
  return (await db.select().from(pipelines).orderBy(asc(pipelines.name))).map(pipelineOf);
}

/** @throws PipelineError `pipeline_unknown` */
export async function getPipeline(db: ReadDb, name: string): Promise<Pipeline> {
  const [row] = await db.select().from(pipelines).where(eq(pipelines.name, name));
  if (row !== undefined) return pipelineOf(row);
  throw new PipelineError('pipeline_unknown', `no pipeline ${name}`, { kind: 'not-found', field: 'pipeline' });
}

/** The newest first. */
export async function listPipelineRuns(db: ReadDb, pipeline: string, limit = 20): Promise<PipelineRun[]> {
  const rows = await db
    .select()
    .from(pipelineRuns)
    .where(eq(pipelineRuns.pipeline, pipeline))
    .orderBy(desc(pipelineRuns.createdAt), desc(pipelineRuns.id))
    .limit(Math.min(limit, MOST_RUNS));
  return rows.map(runOf);
}

/** @throws PipelineError `pipeline_run_unknown` */
export async function getPipelineRun(db: ReadDb, id: string): Promise<PipelineRun> {
  const [row] = await db.select().from(pipelineRuns).where(eq(pipelineRuns.id, id));
  if (row !== undefined) return runOf(row);
  throw new PipelineError('pipeline_run_unknown', `no run ${id}`, { kind: 'not-found', field: 'run' });
}

/** Every attempt, in the order of its step's attempts. */
export async function attemptsOf(db: ReadDb, run: string): Promise<StepAttempt[]> {
  const rows = await db
    .select()
    .from(pipelineSteps)
    .where(eq(pipelineSteps.run, run))
    .orderBy(asc(pipelineSteps.startedAt), asc(pipelineSteps.attempt));
  return rows.map(attemptOf);
}

/** The last attempt of each step. */
export function latestOf(attempts: readonly StepAttempt[]): Map<string, StepAttempt> {
  const latest = new Map<string, StepAttempt>();
  for (const one of attempts) if ((latest.get(one.step)?.attempt ?? 0) < one.attempt) latest.set(one.step, one);
  return latest;
}

/** Oldest first. @param after lines with a higher number */
export async function logOfRun(
  db: ReadDb,
  run: string,
  { step, after = 0 }: { step?: string | undefined; after?: number | undefined } = {},
): Promise<{ seq: number; step: string; at: number; line: string }[]> {
  return db
    .select({ seq: pipelineLog.seq, step: pipelineLog.step, at: pipelineLog.at, line: pipelineLog.line })
    .from(pipelineLog)
    .where(
      and(
        eq(pipelineLog.run, run),
        gt(pipelineLog.seq, after),
        step === undefined ? undefined : eq(pipelineLog.step, step),
      ),
    )
    .orderBy(asc(pipelineLog.seq))
    .limit(MOST_LINES);
}
