import { asc, eq, runArtifacts, runs, type ReadDb } from '../../../platform/db/index.ts';
import { ExperimentError } from '../errors.ts';
import { readRun, type Run, type RunArtifact } from './run.ts';

/** @throws ExperimentError `run_unknown` */
export async function showRun(db: ReadDb, id: string): Promise<Run> {
  const [row] = await db.select().from(runs).where(eq(runs.id, id));
  if (row !== undefined) return readRun(row);
  throw new ExperimentError('run_unknown', `no run ${id}`, { kind: 'not-found', field: 'run' });
}

/** Files of a run by name. */
export async function artifactsOfRun(db: ReadDb, run: string): Promise<RunArtifact[]> {
  const { name, mediaType, sha256, sizeBytes } = runArtifacts;
  return db
    .select({ name, mediaType, sha256, sizeBytes })
    .from(runArtifacts)
    .where(eq(runArtifacts.run, run))
    .orderBy(asc(runArtifacts.name));
}

/** @throws ExperimentError `run_unknown`, `run_artifact_unknown` */
export async function artifactOfRun(db: ReadDb, run: string, name: string): Promise<RunArtifact> {
  const { id } = await showRun(db, run);
  const all = await artifactsOfRun(db, id);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new ExperimentError('run_artifact_unknown', `run ${id} has no file ${name}`, {
    kind: 'not-found',
    field: 'name',
    expected: all.map((one) => one.name).join(' | '),
  });
}
