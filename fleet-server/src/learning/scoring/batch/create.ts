import { record } from '../../../platform/audit/index.ts';
import { batchJobs, count, type Database, type Db } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { nextTime } from '../../../platform/schedule/index.ts';
import { loadDataset } from '../../datasets/index.ts';
import { ScoringError } from '../errors.ts';
import { parseReference } from '../model/reference.ts';
import { resolveBundle } from '../model/resolve-model.ts';
import type { BatchJob, NewBatchJob } from './job.ts';
import { getJob } from './read.ts';

/** Each runs by a clock of its own. */
const MAX_JOBS = 200;

/**
 * A new job; one without a pattern is due at once. Model and rows must be there now, so that a slip of the pen is told
 * now and not tomorrow at five.
 * @throws ScoringError `job_exists`, `job_limit`, `model_reference`; ScheduleError, ModelError, DatasetError, ArtifactError
 */
export async function createJob(
  deps: { database: Database; artifacts: ArtifactStore; now: () => number },
  actor: string,
  order: NewBatchJob,
): Promise<BatchJob> {
  const { id, model, source, cron, zone, reasons, keepRuns } = order;
  const { db } = deps.database;
  await resolveBundle(db, parseReference(model));
  if (source.kind === 'dataset') await loadDataset(deps, source.dataset);
  if (source.kind === 'upload') await deps.artifacts.get(source.artifact);
  const now = deps.now();
  const nextAt = cron === undefined ? now : nextTime(cron, zone, now);
  return deps.database.transaction(async (tx) => {
    await refuseMany(tx);
    const made = await tx
      .insert(batchJobs)
      .values({
        id,
        model,
        source: JSON.stringify(source),
        cron: cron ?? null,
        zone,
        reasons,
        keepRuns,
        state: 'active',
        nextAt,
        runningFor: null,
        runningSince: null,
        revision: 1,
        createdBy: actor,
        createdAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: batchJobs.id });
    if (made.length === 0) {
      throw new ScoringError('job_exists', `there is a batch job ${id} already`, {
        kind: 'conflict',
        field: 'id',
        expected: 'a name that no job has',
      });
    }
    await record(tx, { actor, action: 'batch.create', subject: `batch:${id}`, details: { model, source, cron, zone } });
    return getJob(tx, id);
  });
}

async function refuseMany(tx: Db): Promise<void> {
  const [known] = await tx.select({ number: count() }).from(batchJobs);
  if ((known?.number ?? 0) < MAX_JOBS) return;
  throw new ScoringError('job_limit', `there are ${MAX_JOBS} batch jobs already`, {
    kind: 'conflict',
    field: 'id',
    expected: `at most ${MAX_JOBS}`,
  });
}
