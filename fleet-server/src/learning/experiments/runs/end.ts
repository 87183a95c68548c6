import { codeOf, messageOf } from '@plumbline/shared/errors';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, runArtifacts, runs, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { ExperimentError } from '../errors.ts';
import { requireArtifacts } from './limits.ts';
import { readRun, type Run, type RunArtifact, type RunDeps, type RunMetrics } from './run.ts';
import { showRun } from './show.ts';

export interface ArtifactInput {
  /** A file name without a folder. */
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface RunOutcome {
  metrics: RunMetrics;
  /** The version that was registered, if one was. */
  result?: { line: string; version: string };
  artifacts?: readonly ArtifactInput[];
  /** When it ended, ms; now without. For a run that is recorded after it has ended. */
  endedAt?: number;
}

const MAX_MESSAGE = 1000;

/**
 * A run that came to its end, with all its files: they are stored first, so that what the run names is there.
 * @throws ExperimentError `run_unknown`, `run_not_running`, `run_malformed`
 */
export async function finishRun(deps: RunDeps, actor: string, id: string, outcome: RunOutcome): Promise<Run> {
  const { metrics, result, artifacts = [], endedAt } = outcome;
  requireArtifacts(artifacts);
  const kept: RunArtifact[] = [];
  for (const { name, mediaType, bytes } of artifacts) {
    kept.push({ name, mediaType, sha256: await deps.artifacts.put(bytes), sizeBytes: bytes.length });
  }
  return deps.database.transaction(async (tx) => {
    const ended = await end(tx, deps, id, {
      state: 'finished',
      metrics: JSON.stringify(metrics),
      line: result?.line ?? null,
      version: result?.version ?? null,
      ...(endedAt === undefined ? {} : { endedAt }),
    });
    if (kept.length > 0) await tx.insert(runArtifacts).values(kept.map((one) => ({ run: id, ...one })));
    const details = {
      state: 'finished',
      result: result ?? null,
      artifacts: kept.map(({ name, sha256 }) => ({ name, sha256 })),
    };
    await record(tx, { actor, action: 'runs.finish', subject: `run:${id}`, details });
    return ended;
  });
}

/**
 * A run that ended by an error: `stopped` where somebody stopped it, else `failed`, with the code.
 * @throws ExperimentError `run_unknown`, `run_not_running`
 */
export async function failRun(deps: RunDeps, actor: string, id: string, error: unknown): Promise<Run> {
  const code = codeOf(error);
  const state = code === 'stopped' ? 'stopped' : 'failed';
  return deps.database.transaction(async (tx) => {
    const errorMessage = messageOf(error).slice(0, MAX_MESSAGE);
    const ended = await end(tx, deps, id, { state, errorCode: code, errorMessage });
    await record(tx, { actor, action: 'runs.fail', subject: `run:${id}`, details: { state, code } });
    return ended;
  });
}

/**
 * What no process computes any more: called when the server starts, before it begins a run of its own.
 * @returns how many there were
 */
export async function stopOrphans(deps: Pick<RunDeps, 'database' | 'now'>): Promise<number> {
  return deps.database.transaction(async (tx) => {
    const orphans = await tx.select({ id: runs.id }).from(runs).where(eq(runs.state, 'running'));
    for (const { id } of orphans) {
      const errorMessage = 'the process that computed it has ended';
      await end(tx, deps, id, { state: 'stopped', errorCode: 'process_ended', errorMessage });
      const details = { state: 'stopped', code: 'process_ended' };
      await record(tx, { actor: 'system', action: 'runs.fail', subject: `run:${id}`, details });
    }
    return orphans.length;
  });
}

type Ending = Partial<typeof runs.$inferInsert> & { state: 'finished' | 'failed' | 'stopped' };

async function end(tx: Db, deps: Pick<RunDeps, 'now'>, id: string, change: Ending): Promise<Run> {
  const [row] = await tx
    .update(runs)
    .set({ endedAt: deps.now(), ...change })
    .where(and(eq(runs.id, id), eq(runs.state, 'running')))
    .returning();
  if (row === undefined) {
    const { state } = await showRun(tx, id);
    throw new ExperimentError('run_not_running', `run ${id} is ${state}`, {
      kind: 'conflict',
      field: 'run',
      expected: 'a run that is running',
    });
  }
  await emit(tx, { type: 'run.ended', run: id, experiment: row.experiment, state: change.state });
  return readRun(row);
}
