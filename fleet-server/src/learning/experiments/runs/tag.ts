import { record } from '../../../platform/audit/index.ts';
import { and, eq, isNull, ne, runs } from '../../../platform/db/index.ts';
import { ExperimentError } from '../errors.ts';
import { requireTags } from './limits.ts';
import { readRun, type Run, type RunDeps } from './run.ts';
import { showRun } from './show.ts';

/**
 * Sets tags, and takes away those whose value is null; the others stay.
 * @throws ExperimentError `run_unknown`, `run_malformed`
 */
export async function tagRun(
  deps: Pick<RunDeps, 'database'>,
  actor: string,
  id: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<Run> {
  return deps.database.transaction(async (tx) => {
    const before = await showRun(tx, id);
    const merged = Object.entries({ ...before.tags, ...changes });
    const tags = Object.fromEntries(merged.filter((pair): pair is [string, string] => pair[1] !== null));
    requireTags(tags);
    await tx
      .update(runs)
      .set({ tags: JSON.stringify(tags) })
      .where(eq(runs.id, id));
    await record(tx, { actor, action: 'runs.tag', subject: `run:${id}`, details: { changes } });
    return { ...before, tags };
  });
}

/**
 * Puts a run away: lists leave it out, nothing is deleted, because versions and audit name it. Said again, it changes
 * nothing. @throws ExperimentError `run_unknown`, `run_still_running`
 */
export async function archiveRun(deps: Pick<RunDeps, 'database' | 'now'>, actor: string, id: string): Promise<Run> {
  return deps.database.transaction(async (tx) => {
    const [row] = await tx
      .update(runs)
      .set({ archivedAt: deps.now() })
      .where(and(eq(runs.id, id), ne(runs.state, 'running'), isNull(runs.archivedAt)))
      .returning();
    if (row !== undefined) {
      await record(tx, { actor, action: 'runs.archive', subject: `run:${id}`, details: {} });
      return readRun(row);
    }
    const run = await showRun(tx, id);
    if (run.state !== 'running') return run;
    throw new ExperimentError('run_still_running', `run ${id} is running`, {
      kind: 'conflict',
      field: 'run',
      expected: 'a run that has ended',
    });
  });
}
