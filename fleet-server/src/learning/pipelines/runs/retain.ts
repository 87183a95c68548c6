import {
  and,
  desc,
  eq,
  inArray,
  isNotNull,
  pipelineLog,
  pipelineRuns,
  pipelineSteps,
  runs,
  type Db,
} from '../../../platform/db/index.ts';
import { OVER } from './run.ts';

/** As many ids as every database takes in one statement. */
const AT_ONCE = 500;

/**
 * Removes runs that are over, with their steps and log, beyond the newest `keepRuns` of each pipeline. Whatever something
 * kept speaks of stays: the run of a version in the registry, the run that made a release, and the run whose result a
 * kept run took. @returns how many were removed
 */
export async function removeOldRuns(tx: Db, keepRuns: number): Promise<number> {
  const known = await tx
    .select({ id: pipelineRuns.id, pipeline: pipelineRuns.pipeline, state: pipelineRuns.state })
    .from(pipelineRuns)
    .orderBy(desc(pipelineRuns.createdAt), desc(pipelineRuns.id));
  const old = [...Map.groupBy(known, ({ pipeline }) => pipeline).values()]
    .flatMap((ofOne) => ofOne.slice(keepRuns))
    .filter(({ state }) => OVER.includes(state))
    .map(({ id }) => id);
  if (old.length === 0) return 0;
  const spared = await sparedRuns(tx);
  const going = new Set(old.filter((id) => !spared.has(id)));
  await spareSources(tx, going);
  const ids = [...going];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    await tx.delete(pipelineLog).where(inArray(pipelineLog.run, some));
    await tx.delete(pipelineSteps).where(inArray(pipelineSteps.run, some));
    await tx.delete(pipelineRuns).where(inArray(pipelineRuns.id, some));
  }
  return ids.length;
}

/** Runs that a version of a line, or a release, came from. */
async function sparedRuns(tx: Db): Promise<Set<string>> {
  const trainings = await tx.select({ tags: runs.tags }).from(runs).where(isNotNull(runs.version));
  const named = trainings.flatMap(({ tags }) => (JSON.parse(tags) as { pipelineRun?: string }).pipelineRun ?? []);
  const steps = await tx
    .select({ run: pipelineSteps.run, outputs: pipelineSteps.outputs })
    .from(pipelineSteps)
    // A run that took its release from an earlier one only speaks of it.
    .where(eq(pipelineSteps.state, 'succeeded'));
  const releasing = steps.filter(({ outputs }) => Object.hasOwn(JSON.parse(outputs) as object, 'release'));
  return new Set([...named, ...releasing.map(({ run }) => run)]);
}

/** Takes out what a run that stays took a result from, and what that one took it from. */
async function spareSources(tx: Db, going: Set<string>): Promise<void> {
  const taken = await tx
    .select({ run: pipelineSteps.run, from: pipelineSteps.fromRun })
    .from(pipelineSteps)
    .where(and(eq(pipelineSteps.state, 'cached'), isNotNull(pipelineSteps.fromRun)));
  const byRun = Map.groupBy(taken, ({ run }) => run);
  const open = [...byRun.keys()].filter((run) => !going.has(run));
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    for (const { from } of byRun.get(run) ?? []) if (from !== null && going.delete(from)) open.push(from);
  }
}
