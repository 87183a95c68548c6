import type { Logger } from 'pino';
import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import {
  and,
  batchJobs,
  batchResults,
  desc,
  eq,
  isNotNull,
  isNull,
  lte,
  or,
  type Db,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { nextTime } from '../../../platform/schedule/index.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { jobOf, type BatchJob } from './job.ts';
import { runJob, type RunDeps, type RunOutcome } from './run-job.ts';

export interface BatchRunner {
  /** Starts what is due by the clock and does not wait for it; what a crash cut off begins anew. */
  look(): Promise<void>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
  /** Nothing new is started, and what runs is given up: the next server begins it anew. */
  close(): Promise<void>;
}

/**
 * Runs jobs, one after the other and none beside itself. A time that passed while the server was down, or while the job
 * ran, is made up for once.
 */
export function createBatchRunner(deps: RunDeps & { log: Logger }): BatchRunner {
  const mine = new Set<string>();
  let turn: Promise<void> = Promise.resolve();
  const closing = new AbortController();

  const start = (job: BatchJob, dueAt: number) => {
    mine.add(job.id);
    turn = turn
      .then(() => (closing.signal.aborted ? undefined : runOnce(deps, job, dueAt, closing.signal)))
      .catch((error: unknown) => deps.log.error({ job: job.id, code: codeOf(error), err: error }, 'batch job'))
      .finally(() => mine.delete(job.id));
  };

  return {
    async look() {
      if (closing.signal.aborted) return;
      const now = deps.now();
      const due = await deps.database.db
        .select()
        .from(batchJobs)
        .where(
          or(
            // Found running and not by us: the server ended in it. Its order stands, paused or not.
            isNotNull(batchJobs.runningFor),
            and(eq(batchJobs.state, 'active'), lte(batchJobs.nextAt, now)),
          ),
        )
        .orderBy(batchJobs.nextAt, batchJobs.id);
      for (const row of due) if (!mine.has(row.id)) start(jobOf(row), row.runningFor ?? row.nextAt ?? now);
    },
    idle: () => turn,
    async close() {
      closing.abort();
      await turn;
    },
  };
}

/** What a run brought, or the error that ended it; of the model what was known by then. */
interface Ended {
  startedAt: number;
  model: ScorableModel | undefined;
  result: RunOutcome | { error: unknown };
}

async function runOnce(
  deps: RunDeps & { log: Logger },
  job: BatchJob,
  dueAt: number,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = deps.now();
  const ours = await deps.database.transaction((tx) => begin(tx, job, dueAt, startedAt));
  if (!ours) return;
  let model: ScorableModel | undefined;
  const result = await runJob(deps, job, { signal, onModel: (one) => (model = one) }).catch((error: unknown) => ({
    error,
  }));
  if (signal.aborted) return;
  if ('error' in result)
    deps.log.warn({ job: job.id, code: codeOf(result.error), err: result.error }, 'batch run failed');
  await deps.database.transaction((tx) => commit(tx, job.id, dueAt, { startedAt, model, result }, deps.now()));
}

/** Takes the job, unless somebody changed it since it was found due. */
async function begin(tx: Db, job: BatchJob, dueAt: number, now: number): Promise<boolean> {
  const taken = await tx
    .update(batchJobs)
    .set({ runningFor: dueAt, runningSince: now })
    .where(
      and(
        eq(batchJobs.id, job.id),
        eq(batchJobs.revision, job.revision),
        job.runningFor === undefined ? isNull(batchJobs.runningFor) : eq(batchJobs.runningFor, dueAt),
      ),
    )
    .returning({ id: batchJobs.id });
  return taken.length > 0;
}

/** Everything at once: the run and its results can be seen, the job is free, what is too old goes. */
async function commit(tx: Db, id: string, dueAt: number, ended: Ended, now: number): Promise<void> {
  const [row] = await tx.select().from(batchJobs).where(eq(batchJobs.id, id));
  if (row === undefined) return;
  const [last] = await tx
    .select({ run: batchResults.run })
    .from(batchResults)
    .where(eq(batchResults.job, id))
    .orderBy(desc(batchResults.run))
    .limit(1);
  const run = (last?.run ?? 0) + 1;
  const { startedAt, model, result } = ended;
  const of = { line: model?.line ?? null, version: model?.version ?? null, sha256: model?.sha256 ?? null };
  const head = { job: id, run, dueAt, startedAt, finishedAt: now, ...of };
  const state = 'error' in result ? 'failed' : 'succeeded';
  await tx.insert(batchResults).values(
    'error' in result
      ? { ...head, state, rows: 0, bad: 0, artifact: null, summary: JSON.stringify(toldOf(result.error)) }
      : {
          ...head,
          state,
          rows: result.rows,
          bad: result.bad,
          artifact: result.artifact,
          summary: JSON.stringify(result.summary),
        },
  );
  await tx.delete(batchResults).where(and(eq(batchResults.job, id), lte(batchResults.run, run - row.keepRuns)));
  await tx
    .update(batchJobs)
    .set({ runningFor: null, runningSince: null, ...nextOf(row, now) })
    .where(eq(batchJobs.id, id));
  await emit(tx, { type: 'batch.ended', job: id, run, state });
}

/** A job that was resumed or ordered to run while it ran keeps what was said. */
function nextOf(
  { cron, zone, state, nextAt, runningSince }: typeof batchJobs.$inferSelect,
  now: number,
): Partial<typeof batchJobs.$inferInsert> {
  if (cron !== null) return { nextAt: nextTime(cron, zone, now) };
  const orderedMeanwhile = nextAt !== null && runningSince !== null && nextAt > runningSince;
  if (orderedMeanwhile) return {};
  return { nextAt: null, ...(state === 'active' && { state: 'done' as const }) };
}

function toldOf(error: unknown) {
  const field = isCodedError(error) ? error.field : undefined;
  return { code: codeOf(error), message: messageOf(error), ...(field !== undefined && { field }) };
}
