import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '@plumbline/shared/errors';
import { checkPipeline, type CheckedStep } from '../file/check.ts';
import type { StepKinds } from '../steps/index.ts';
import type { PipelineDeps } from '../steps/kind.ts';
import { attemptsOf, latestOf } from './read.ts';
import { createRunLog, interruptAttempts, moveRun } from './record.ts';
import { DONE, type PipelineRun, type StepAttempt } from './run.ts';
import { takeStep } from './take-step.ts';

/**
 * Takes a run as far as it comes: step after step, until it is over or everything left waits for somebody else. What is
 * next is derived from what is written down, so that a run which was cut off simply goes on.
 */
export async function advanceRun(
  deps: PipelineDeps,
  kinds: StepKinds,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<void> {
  const log = createRunLog(deps, run.id);
  const workFolder = join(deps.folder, 'work', run.id);
  const looked = new Set<string>();
  try {
    const { steps } = checkPipeline(run.spec, kinds, run.parameters);
    await interruptAttempts(deps, run);
    while (!signal.aborted) {
      const attempts = await attemptsOf(deps.database.db, run.id);
      const latest = latestOf(attempts);
      const next = nextStep(steps, latest, looked, deps.now());
      if (next.kind === 'step') {
        looked.add(next.step.name);
        const wasWaiting = latest.get(next.step.name)?.state === 'waiting';
        // To ask whether a wait is over is no news.
        if (!wasWaiting) await moveRun(deps, run, 'running', `goes on with ${next.step.name}`);
        const place = { run, step: next.step, attempts: attempts.filter(({ step }) => step === next.step.name) };
        await takeStep(deps, kinds, {
          ...place,
          latest,
          workFolder,
          signal,
          say: (line) => log.say(next.step.name, line),
        });
        await log.written();
        if (!wasWaiting) looked.delete(next.step.name);
        continue;
      }
      if (next.kind === 'waiting') return await moveRun(deps, run, 'waiting', next.sentence);
      if (next.kind === 'succeeded') await moveRun(deps, run, 'succeeded', 'every step is done');
      else await moveRun(deps, run, 'failed', next.error.message, next.error);
      return await rm(workFolder, { recursive: true, force: true });
    }
  } catch (error) {
    if (signal.aborted || codeOf(error) === 'pipeline_run_over') return;
    // A spec that this server does not understand any more, or a parameter: no look will do better.
    if (!['pipeline_malformed', 'pipeline_parameter'].includes(codeOf(error))) throw error;
    await moveRun(deps, run, 'failed', messageOf(error), { code: codeOf(error), message: messageOf(error) });
  } finally {
    await log.written();
  }
}

type Next =
  | { kind: 'step'; step: CheckedStep }
  | { kind: 'waiting'; sentence: string }
  | { kind: 'succeeded' }
  | { kind: 'failed'; error: { code: string; message: string } };

/** Pure. @param looked steps that were asked in this turn, and wait */
export function nextStep(
  steps: readonly CheckedStep[],
  latest: ReadonlyMap<string, StepAttempt>,
  looked: ReadonlySet<string>,
  now: number,
): Next {
  const isSettled = (name: string) => {
    const state = latest.get(name)?.state;
    return state !== undefined && (DONE.includes(state) || state === 'skipped');
  };
  const failed = steps.find(({ name }) => latest.get(name)?.state === 'failed' && latest.get(name)?.retryAt === null);
  if (failed !== undefined) {
    const { code, message } = latest.get(failed.name)?.error ?? { code: 'internal_error', message: '' };
    return { kind: 'failed', error: { code, message: `step ${failed.name}: ${message}` } };
  }
  const open = steps.filter(({ name }) => !isSettled(name));
  if (open.length === 0) return { kind: 'succeeded' };
  const step = open.find(({ name, after }) => {
    const { state, retryAt = null } = latest.get(name) ?? {};
    if (!after.every(isSettled) || looked.has(name)) return false;
    return state !== 'failed' || (retryAt !== null && retryAt <= now);
  });
  if (step !== undefined) return { kind: 'step', step };
  const waiting = open.find(({ name }) => latest.has(name));
  const says = waiting === undefined ? '' : latest.get(waiting.name)!.says;
  return { kind: 'waiting', sentence: `${waiting?.name}: ${says || 'waits for its next attempt'}` };
}
