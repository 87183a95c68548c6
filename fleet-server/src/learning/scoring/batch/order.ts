import { record } from '../../../platform/audit/index.ts';
import { and, batchJobs, batchResults, eq, type Database, type Db } from '../../../platform/db/index.ts';
import { nextTime } from '../../../platform/schedule/index.ts';
import { ScoringError } from '../errors.ts';
import type { BatchJob } from './job.ts';
import { getJob } from './read.ts';

export type JobOrder = 'run' | 'pause' | 'resume';

interface OrderDeps {
  database: Database;
  now: () => number;
}

/**
 * `run`: at the next look, whatever its pattern says. `pause`: nothing by itself until it is resumed; a run that is under
 * way ends. `resume`: from the next time on, what fell into the pause is over.
 * @throws ScoringError `job_unknown`, `job_paused`, `job_running`, `job_changed`
 */
export async function orderJob(deps: OrderDeps, actor: string, id: string, order: JobOrder): Promise<BatchJob> {
  return deps.database.transaction(async (tx) => {
    const job = await getJob(tx, id);
    const change = changeOf(job, order, deps.now());
    await guarded(tx, job, change);
    await record(tx, { actor, action: `batch.${order}`, subject: `batch:${id}`, details: {} });
    return getJob(tx, id);
  });
}

/** The job and all its runs. Their results stay artifacts, by which an audit may name them. */
export async function deleteJob(deps: OrderDeps, actor: string, id: string): Promise<{ id: string; runs: number }> {
  return deps.database.transaction(async (tx) => {
    const job = await getJob(tx, id);
    if (job.runningFor !== undefined) throw running(id);
    const runs = await tx.delete(batchResults).where(eq(batchResults.job, id)).returning({ run: batchResults.run });
    await tx.delete(batchJobs).where(eq(batchJobs.id, id));
    await record(tx, { actor, action: 'batch.delete', subject: `batch:${id}`, details: { runs: runs.length } });
    return { id, runs: runs.length };
  });
}

function changeOf(job: BatchJob, order: JobOrder, now: number): Partial<typeof batchJobs.$inferInsert> {
  if (order === 'pause') return { state: 'paused' };
  if (order === 'run') {
    if (job.state === 'paused') {
      throw new ScoringError('job_paused', `${job.id} is paused`, {
        kind: 'conflict',
        field: 'job',
        expected: 'a job that is not paused: resume it first',
      });
    }
    if (job.runningFor !== undefined) throw running(job.id);
    return { state: 'active', nextAt: now };
  }
  return { state: 'active', nextAt: job.cron === undefined ? now : nextTime(job.cron, job.zone, now) };
}

async function guarded(tx: Db, job: BatchJob, change: Partial<typeof batchJobs.$inferInsert>): Promise<void> {
  const changed = await tx
    .update(batchJobs)
    .set({ ...change, revision: job.revision + 1 })
    .where(and(eq(batchJobs.id, job.id), eq(batchJobs.revision, job.revision)))
    .returning({ id: batchJobs.id });
  if (changed.length > 0) return;
  throw new ScoringError('job_changed', `${job.id} was changed meanwhile`, { kind: 'conflict', field: 'job' });
}

function running(id: string): ScoringError {
  return new ScoringError('job_running', `${id} runs just now`, {
    kind: 'conflict',
    field: 'job',
    expected: 'a job that does not run',
  });
}
