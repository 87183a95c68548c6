import { codeOf } from '@plumbline/shared/errors';
import { and, eq, inArray, isNotNull, lte, pipelineRuns, pipelines } from '../../../platform/db/index.ts';
import { nextTime } from '../../../platform/schedule/index.ts';
import { STEP_KINDS, type StepKinds } from '../steps/index.ts';
import type { PipelineDeps } from '../steps/kind.ts';
import { advanceRun } from './advance.ts';
import { nextOf } from './put.ts';
import { beginQueued } from './request.ts';
import { pipelineOf, runOf, UNDER_WAY, type PipelineRun } from './run.ts';
import { fire } from './triggers.ts';

export interface PipelineRunner {
  /** Starts what is due and goes on with what waits or was cut off by a crash; it does not wait for any of it. */
  look(): Promise<void>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
  /** Nothing new is started, and what runs is given up: the next server goes on with it. */
  close(): Promise<void>;
}

/** Runs pipelines, one after the other; those that wait hold up nobody. */
export function createPipelineRunner(deps: PipelineDeps, kinds: StepKinds = STEP_KINDS): PipelineRunner {
  const mine = new Map<string, AbortController>();
  let turn: Promise<void> = Promise.resolve();
  let isClosed = false;

  const start = (run: PipelineRun) => {
    const control = new AbortController();
    mine.set(run.id, control);
    turn = turn
      .then(() => (control.signal.aborted ? undefined : advanceRun(deps, kinds, run, control.signal)))
      .catch((error: unknown) => deps.log.error({ run: run.id, code: codeOf(error), err: error }, 'pipeline run'))
      .finally(() => {
        mine.delete(run.id);
      });
  };

  return {
    async look() {
      if (isClosed) return;
      await startTimed(deps);
      await beginQueued(deps);
      const rows = await deps.database.db
        .select()
        .from(pipelineRuns)
        .where(inArray(pipelineRuns.state, [...UNDER_WAY]))
        .orderBy(pipelineRuns.createdAt, pipelineRuns.id);
      const underWay = new Set(rows.map(({ id }) => id));
      for (const [id, control] of mine) if (!underWay.has(id)) control.abort();
      for (const row of rows) if (!mine.has(row.id)) start(runOf(row));
    },
    idle: () => turn,
    async close() {
      isClosed = true;
      for (const control of mine.values()) control.abort();
      await turn;
    },
  };
}

/** What the clock starts. A time that passed while nobody looked is made up for once. */
async function startTimed(deps: PipelineDeps): Promise<void> {
  const now = deps.now();
  const due = await deps.database.db
    .select()
    .from(pipelines)
    .where(and(eq(pipelines.state, 'active'), isNotNull(pipelines.nextAt), lte(pipelines.nextAt, now)));
  for (const row of due) {
    const pipeline = pipelineOf(row);
    for (const [index, trigger] of pipeline.spec.on.entries()) {
      const { cron, zone = 'UTC' } = trigger;
      const dueAt = cron === undefined ? Infinity : nextTime(cron, zone, pipeline.timedFrom);
      if (dueAt > now) continue;
      const at = new Date(dueAt).toISOString();
      const sentence = `${cron} ${zone}, due ${at}`;
      await fire(deps, pipeline, { trigger, index, event: { at }, causeKey: `cron:${index}:${dueAt}`, sentence });
    }
    await deps.database.transaction((tx) =>
      tx
        .update(pipelines)
        .set({ timedFrom: now, nextAt: nextOf(pipeline.spec, now) })
        .where(and(eq(pipelines.name, pipeline.name), eq(pipelines.revision, pipeline.revision))),
    );
  }
}
