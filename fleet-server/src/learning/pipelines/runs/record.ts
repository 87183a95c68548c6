import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import { record } from '../../../platform/audit/index.ts';
import {
  and,
  eq,
  inArray,
  max,
  pipelineLog,
  pipelineRuns,
  pipelineSteps,
  type Database,
  type Db,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { PipelineError } from '../errors.ts';
import type { Values } from '../steps/kind.ts';
import { getPipelineRun } from './read.ts';
import { OVER, UNDER_WAY, type PipelineRun, type RunState, type StepState } from './run.ts';

interface RecordDeps {
  database: Database;
  now: () => number;
}

type RunHead = Pick<PipelineRun, 'id' | 'pipeline'>;
type Place = { step: string; attempt: number };

export interface StepEnd {
  state: Exclude<StepState, 'running'>;
  says?: string;
  outputs?: Values;
  key?: string | null;
  fromRun?: string;
  error?: unknown;
  /** When it is tried again, ms. */
  retryAt?: number;
}

const MAX_TEXT = 4000;

/** Written before anything is done, so that whatever becomes of the process, the attempt is known. */
export async function beginAttempt(deps: RecordDeps, run: RunHead, place: Place): Promise<void> {
  await deps.database.transaction(async (tx) => {
    await requireUnderWay(tx, run.id);
    await tx.insert(pipelineSteps).values({
      run: run.id,
      ...place,
      state: 'running',
      key: null,
      outputs: '{}',
      says: '',
      startedAt: deps.now(),
      endedAt: null,
      retryAt: null,
      fromRun: null,
      errorCode: null,
      errorMessage: null,
      errorField: null,
    });
    await emit(tx, { type: 'pipeline.step', pipeline: run.pipeline, run: run.id, ...place, state: 'running' });
  });
}

/** What came of an attempt, as far as it is known; of one that waits, what for. */
export async function endAttempt(deps: RecordDeps, run: RunHead, place: Place, end: StepEnd): Promise<void> {
  const { state, says = '', outputs = {}, key, fromRun, error, retryAt } = end;
  const isFault = error !== undefined;
  await deps.database.transaction(async (tx) => {
    await requireUnderWay(tx, run.id);
    await tx
      .update(pipelineSteps)
      .set({
        state,
        says: says.slice(0, MAX_TEXT),
        outputs: JSON.stringify(outputs),
        ...(key !== undefined && { key }),
        ...(state !== 'waiting' && { endedAt: deps.now() }),
        fromRun: fromRun ?? null,
        retryAt: retryAt ?? null,
        errorCode: isFault ? codeOf(error) : null,
        errorMessage: isFault ? messageOf(error).slice(0, MAX_TEXT) : null,
        errorField: isCodedError(error) ? (error.field ?? null) : null,
      })
      .where(isAttempt(run.id, place));
    await emit(tx, { type: 'pipeline.step', pipeline: run.pipeline, run: run.id, ...place, state });
  });
}

/** What a step that goes on waiting says now. */
export async function tellWaiting(deps: RecordDeps, run: RunHead, place: Place, says: string): Promise<void> {
  await deps.database.transaction((tx) => tx.update(pipelineSteps).set({ says }).where(isAttempt(run.id, place)));
}

/** Attempts that nobody works on any more: the server ended in them. @returns how many */
export async function interruptAttempts(deps: RecordDeps, run: RunHead): Promise<number> {
  return deps.database.transaction(async (tx) => {
    const cut = await tx
      .update(pipelineSteps)
      .set({ state: 'interrupted', endedAt: deps.now() })
      .where(and(eq(pipelineSteps.run, run.id), eq(pipelineSteps.state, 'running')))
      .returning({ step: pipelineSteps.step, attempt: pipelineSteps.attempt });
    for (const place of cut) {
      await emit(tx, { type: 'pipeline.step', pipeline: run.pipeline, run: run.id, ...place, state: 'interrupted' });
    }
    return cut.length;
  });
}

/** Moves a run that is under way; said again, nothing changes. @param error why it failed */
export async function moveRun(
  deps: RecordDeps,
  run: RunHead,
  to: RunState,
  reason: string,
  error?: { code: string; message: string },
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const { state: from, actor } = await getPipelineRun(tx, run.id);
    if (from === to || !UNDER_WAY.includes(from)) return;
    const isOver = OVER.includes(to);
    await tx
      .update(pipelineRuns)
      .set({
        state: to,
        ...(isOver && { endedAt: deps.now() }),
        ...(error && { errorCode: error.code, errorMessage: error.message.slice(0, MAX_TEXT) }),
      })
      .where(eq(pipelineRuns.id, run.id));
    await emit(tx, {
      type: 'pipeline.run',
      pipeline: run.pipeline,
      run: run.id,
      from,
      to,
      reason: reason.slice(0, MAX_TEXT),
    });
    if (!isOver) return;
    const details = { run: run.id, state: to, reason };
    await record(tx, { actor, action: 'pipelines.end', subject: `pipeline:${run.pipeline}`, details });
  });
}

/** Ends a run wherever it is; what is being computed is given up at the next look. @throws PipelineError `pipeline_run_over` */
export async function cancelPipelineRun(deps: RecordDeps, actor: string, id: string): Promise<PipelineRun> {
  return deps.database.transaction(async (tx) => {
    const { state: from, pipeline } = await getPipelineRun(tx, id);
    if (OVER.includes(from)) throw over(id, from);
    const endedAt = deps.now();
    await tx.update(pipelineRuns).set({ state: 'cancelled', endedAt }).where(eq(pipelineRuns.id, id));
    await tx
      .update(pipelineSteps)
      .set({ state: 'cancelled', endedAt })
      .where(and(eq(pipelineSteps.run, id), inArray(pipelineSteps.state, ['running', 'waiting'])));
    await record(tx, { actor, action: 'pipelines.cancel', subject: `pipeline:${pipeline}`, details: { run: id } });
    await emit(tx, { type: 'pipeline.run', pipeline, run: id, from, to: 'cancelled', reason: `by ${actor}` });
    return getPipelineRun(tx, id);
  });
}

/** Lines of a run, one after the other; a line that cannot be written is no reason to end the run. */
export function createRunLog(
  deps: RecordDeps,
  run: string,
): { say(step: string, line: string): void; written(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    say(step, line) {
      const at = deps.now();
      last = last
        .then(() =>
          deps.database.transaction(async (tx) => {
            const [top] = await tx
              .select({ seq: max(pipelineLog.seq) })
              .from(pipelineLog)
              .where(eq(pipelineLog.run, run));
            await tx
              .insert(pipelineLog)
              .values({ run, seq: (top?.seq ?? 0) + 1, step, at, line: line.slice(0, MAX_TEXT) });
          }),
        )
        .catch(() => undefined);
    },
    async written() {
      await last;
    },
  };
}

async function requireUnderWay(tx: Db, id: string): Promise<void> {
  const { state } = await getPipelineRun(tx, id);
  if (!UNDER_WAY.includes(state)) throw over(id, state);
}

function isAttempt(run: string, { step, attempt }: Place) {
  return and(eq(pipelineSteps.run, run), eq(pipelineSteps.step, step), eq(pipelineSteps.attempt, attempt));
}

function over(id: string, state: RunState): PipelineError {
  return new PipelineError('pipeline_run_over', `run ${id} is ${state}`, {
    kind: 'conflict',
    field: 'run',
    expected: 'a run that is not over',
  });
}
