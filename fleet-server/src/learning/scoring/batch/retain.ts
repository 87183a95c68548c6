import { and, batchResults, eq, lt, max, type Db } from '../../../platform/db/index.ts';

/**
 * Removes runs of batch jobs that ended before `before`, ms; the newest of each job stays, as its number is the one the
 * next run counts from. How many runs a job keeps at all, its `keepRuns` says. @returns how many were removed
 */
export async function removeOldResults(tx: Db, before: number): Promise<number> {
  const jobs = await tx
    .select({ job: batchResults.job, newest: max(batchResults.run) })
    .from(batchResults)
    .groupBy(batchResults.job);
  let removed = 0;
  for (const { job, newest } of jobs) {
    if (newest === null) continue;
    const old = and(eq(batchResults.job, job), lt(batchResults.run, newest), lt(batchResults.finishedAt, before));
    removed += (await tx.delete(batchResults).where(old).returning({ run: batchResults.run })).length;
  }
  return removed;
}
