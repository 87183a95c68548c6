import { isCodedError } from '@plumbline/shared/errors';
import { PipelineError } from '../errors.ts';
import type { CheckedStep } from '../file/check.ts';
import { holds, parseCondition } from '../file/condition.ts';
import { malformedBy } from '../file/read-file.ts';
import { resolveReferences, type Reference } from '../file/references.ts';
import type { StepKinds } from '../steps/index.ts';
import type { PipelineDeps, StepAnswer, StepContext, StepKind } from '../steps/kind.ts';
import { earlierResult, effectKeyOf, keyOfStep } from './key.ts';
import { beginAttempt, endAttempt, tellWaiting } from './record.ts';
import type { PipelineRun, StepAttempt } from './run.ts';

/** A step at its turn. */
export interface Turn {
  run: PipelineRun;
  step: CheckedStep;
  /** Of this step, so far. */
  attempts: readonly StepAttempt[];
  /** Of every step of the run. */
  latest: ReadonlyMap<string, StepAttempt>;
  workFolder: string;
  signal: AbortSignal;
  say(line: string): void;
}

const MOST_BACKOFF_MS = 600_000;

/** One attempt, or one look at what a step waits for, and its record. Faults of the step are recorded, not thrown. */
export async function takeStep(deps: PipelineDeps, kinds: StepKinds, turn: Turn): Promise<void> {
  const { run, step, attempts, latest, signal } = turn;
  const kind = kinds[step.uses]!;
  const last = attempts.at(-1);
  if (last?.state === 'waiting') return lookAgain(deps, kind, turn, last);
  const place = { step: step.name, attempt: (last?.attempt ?? 0) + 1 };
  await beginAttempt(deps, run, place);
  const lacking = step.takesFrom.find((name) => latest.get(name)?.state === 'skipped');
  if (lacking !== undefined) return endAttempt(deps, run, place, { state: 'skipped', says: `${lacking} was skipped` });
  const valueOf = createLookup(turn);
  if (step.when !== undefined && !isWanted(step.when, valueOf)) {
    return endAttempt(deps, run, place, { state: 'skipped', says: `not so: ${step.when}` });
  }
  try {
    const inputs = inputsOf(kind, step, valueOf);
    const key = await keyOfStep(deps, step.uses, kind, inputs);
    const earlier = key === undefined || run.noCache ? undefined : await earlierResult(deps, kind, key);
    if (earlier !== undefined && key !== undefined) {
      const { outputs, says } = earlier;
      return await endAttempt(deps, run, place, { state: 'cached', key, outputs, says, fromRun: earlier.run });
    }
    const context = contextOf(deps, turn, key);
    const answer = await within(context, step.timeout, (limited) => kind.run(limited, inputs));
    signal.throwIfAborted();
    await endAttempt(deps, run, place, endOf(answer, key));
  } catch (error) {
    await fail(deps, turn, place, error);
  }
}

async function lookAgain(deps: PipelineDeps, kind: StepKind, turn: Turn, last: StepAttempt): Promise<void> {
  const { run, step } = turn;
  const place = { step: step.name, attempt: last.attempt };
  try {
    const inputs = inputsOf(kind, step, createLookup(turn));
    const key = last.key ?? undefined;
    const answer = await kind.look!(contextOf(deps, turn, key), last.outputs, inputs);
    if ('outputs' in answer) return await endAttempt(deps, run, place, endOf(answer, last.key ?? undefined));
    if (step.timeout !== undefined && deps.now() - last.startedAt > step.timeout) throw timedOut(step);
    if (answer.says !== last.says) await tellWaiting(deps, run, place, answer.says);
  } catch (error) {
    await fail(deps, turn, place, error);
  }
}

function endOf(answer: StepAnswer, key: string | undefined) {
  const { says } = answer;
  if ('outputs' in answer) return { state: 'succeeded' as const, outputs: answer.outputs, says, key: key ?? null };
  return { state: 'waiting' as const, outputs: answer.waitingFor, says, key: key ?? null };
}

/** What is wrong with inputs or rows is wrong at the next attempt too. */
async function fail(
  deps: PipelineDeps,
  { run, step, attempts, signal }: Turn,
  place: { step: string; attempt: number },
  error: unknown,
): Promise<void> {
  // Given up with the run or the server, or nobody to tell: whoever comes next finds the attempt as it is.
  if (signal.aborted || (isCodedError(error) && error.code === 'pipeline_run_over')) throw error;
  deps.log.warn({ run: run.id, step: step.name, err: error }, 'pipeline step failed');
  const failures = attempts.filter(({ state }) => state === 'failed').length;
  const mayHelp = !isCodedError(error) || error.kind === 'unavailable' || error.kind === 'internal';
  const retryAt = deps.now() + Math.min(MOST_BACKOFF_MS, step.backoff * 2 ** failures);
  const again = mayHelp && failures < step.retries ? { retryAt } : {};
  await endAttempt(deps, run, place, { state: 'failed', error, ...again });
}

function createLookup({ run, latest }: Turn): (reference: Reference) => unknown {
  return ({ source, name }) =>
    source === 'parameters' ? run.parameters[name] : (latest.get(source)?.outputs[name] ?? null);
}

function isWanted(when: string, valueOf: (reference: Reference) => unknown): boolean {
  const condition = parseCondition(when);
  return condition !== undefined && holds(condition, (text) => resolveReferences(text, valueOf));
}

/** @throws PipelineError `pipeline_input` */
function inputsOf(
  kind: StepKind,
  step: CheckedStep,
  valueOf: (reference: Reference) => unknown,
): Record<string, unknown> {
  const parsed = kind.inputs.safeParse(resolveReferences(step.with, valueOf));
  if (parsed.success) return parsed.data;
  const { message, field, expected } = malformedBy(parsed.error, ['with']);
  throw new PipelineError('pipeline_input', message, {
    ...(field !== undefined && { field }),
    ...(expected !== undefined && { expected }),
  });
}

function contextOf(deps: PipelineDeps, turn: Turn, key: string | undefined): StepContext {
  const { run, step, workFolder, signal, say } = turn;
  return {
    deps,
    actor: run.actor,
    pipeline: run.pipeline,
    run: run.id,
    step: step.name,
    effectKey: effectKeyOf(key, run.id, step.name, run.noCache),
    startedAt: run.startedAt ?? run.createdAt,
    isForced: run.noCache,
    gitCommit: run.gitCommit ?? undefined,
    workFolder: `${workFolder}/${step.name}`,
    signal,
    say,
  };
}

/** Not longer than its timeout, whether the work listens to its signal or not; what it still does is found again. */
async function within(
  context: StepContext,
  timeoutMs: number | undefined,
  work: (context: StepContext) => Promise<StepAnswer>,
): Promise<StepAnswer> {
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signal = limit === undefined ? context.signal : AbortSignal.any([context.signal, limit]);
  const given = Promise.withResolvers<never>();
  const onAbort = () =>
    given.reject(
      context.signal.aborted
        ? new PipelineError('step_stopped', `${context.step} was given up`, {
            kind: 'unavailable',
            field: context.step,
          })
        : timedOut({ name: context.step, timeout: timeoutMs }),
    );
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work({ ...context, signal }), given.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function timedOut({ name, timeout }: { name: string; timeout?: number | undefined }): PipelineError {
  return new PipelineError('step_timed_out', `${name} took longer than ${timeout} ms`, {
    kind: 'unavailable',
    field: `${name}.timeout`,
    expected: 'an answer within its timeout',
  });
}
