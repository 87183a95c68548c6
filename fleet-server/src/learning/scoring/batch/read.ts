import { and, asc, batchJobs, batchResults, desc, eq, type ReadDb } from '../../../platform/db/index.ts';
import { ScoringError } from '../errors.ts';
import { jobOf, runOf, type BatchJob, type BatchRun } from './job.ts';

export async function listJobs(db: ReadDb): Promise<BatchJob[]> {
  return (await db.select().from(batchJobs).orderBy(asc(batchJobs.id))).map(jobOf);
}

/** @throws ScoringError `job_unknown` */
export async function getJob(db: ReadDb, id: string): Promise<BatchJob> {
  const [row] = await db.select().from(batchJobs).where(eq(batchJobs.id, id));
  if (row !== undefined) return jobOf(row);
  throw new ScoringError('job_unknown', `no batch job ${id}`, { kind: 'not-found', field: 'job' });
}

/** Runs that are over and kept, newest first. */
export async function listRuns(db: ReadDb, job: string): Promise<BatchRun[]> {
  const rows = await db.select().from(batchResults).where(eq(batchResults.job, job)).orderBy(desc(batchResults.run));
  return rows.map(runOf);
}

/** A run that has results: this one, or the newest that succeeded. @throws ScoringError `job_unknown`, `run_unknown` */
export async function getRun(db: ReadDb, job: string, run?: number): Promise<BatchRun & { artifact: string }> {
  await getJob(db, job);
  const [row] = await db
    .select()
    .from(batchResults)
    .where(
      and(
        eq(batchResults.job, job),
        eq(batchResults.state, 'succeeded'),
        run === undefined ? undefined : eq(batchResults.run, run),
      ),
    )
    .orderBy(desc(batchResults.run))
    .limit(1);
  const found = row === undefined ? undefined : runOf(row);
  if (found?.artifact !== undefined) return { ...found, artifact: found.artifact };
  throw new ScoringError('run_unknown', `${job}: no results${run === undefined ? '' : ` of run ${run}`}`, {
    kind: 'not-found',
    field: 'run',
    expected: 'a run that has succeeded and is kept',
  });
}
