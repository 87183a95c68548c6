import { messageOf } from '@plumbline/shared/errors';
import type { ModelTrial, TrialJob, TrialResult } from '../../ports/index.ts';
import { TabletError } from '../errors.ts';
import type { TrialQuestion } from './trial-protocol.ts';
import { watchWorker, type WatchedWorker } from './watched-worker.ts';

export interface WorkerTrial extends ModelTrial {
  /** Ends the worker as a crash does, for those who test. */
  endWorker(): void;
}

/** Loading 14 MB of runtime is not the model's fault. */
const START_WITHIN_MS = 60_000;
/** A worker that nobody needs gives its memory back. */
const IDLE_MS = 15_000;

/**
 * Trials in a dedicated worker, kept for the next job while jobs end well and ask for the same memory. Jobs wait for each
 * other. Crash, hang, too much memory and wrong outputs all come back as results.
 * @throws TabletError `trial_unavailable`: the browser could not start the worker, which says nothing of a model
 */
export function createWorkerTrial(start: () => Worker = startTrialWorker): WorkerTrial {
  let worker: WatchedWorker | undefined;
  let roomMb: number | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const letGo = (why: string) => {
    worker?.end(why);
    worker = undefined;
  };
  const ready = async (memoryMb: number): Promise<WatchedWorker> => {
    if (worker !== undefined && (!worker.alive || roomMb !== memoryMb)) letGo('replaced');
    if (worker !== undefined) return worker;
    roomMb = memoryMb;
    const started = watchWorker(start());
    worker = started;
    const ending = await started.ask({ type: 'start', memoryMb }, START_WITHIN_MS);
    if ('answer' in ending && ending.answer.type === 'ready') return started;
    letGo('did not start');
    throw unavailable(`the trial worker did not start: ${'ended' in ending ? ending.ended : JSON.stringify(ending)}`);
  };
  const attempt = async (job: TrialJob): Promise<TrialResult> => {
    clearTimeout(idle);
    if (isClosed) throw unavailable('trials were closed before this one began');
    const result = await run(await ready(job.memoryMb), job);
    if (result.ok) idle = setTimeout(() => letGo('idle'), IDLE_MS);
    else letGo('spoilt');
    return result;
  };

  return {
    run(job) {
      const result = turn.then(() => attempt(job));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      letGo('closed');
      await turn;
    },
    endWorker: () => worker?.end('ended from outside'),
  };
}

function startTrialWorker(): Worker {
  return new Worker(new URL('./trial-worker.ts', import.meta.url), { type: 'module', name: 'plumbline-trial' });
}

async function run(worker: WatchedWorker, { model, manifest, records, deadlineMs }: TrialJob): Promise<TrialResult> {
  const question: TrialQuestion = { type: 'job', job: { model, manifest, records } };
  const ending = await worker.ask(question, deadlineMs).catch((cause: unknown) => ({ ended: messageOf(cause) }));
  if ('late' in ending) return failure('timed_out', `no answer within ${deadlineMs} ms`);
  if ('ended' in ending) return failure('crashed', ending.ended);
  const { answer } = ending;
  if (answer.type === 'scored') {
    const { scores, loadMs, runMs, peakMb } = answer;
    return { ok: true, scores, loadMs, runMs, peakMb };
  }
  return failure('failed', answer.type === 'failed' ? answer.detail : 'answered out of turn');
}

function failure(reason: Extract<TrialResult, { ok: false }>['reason'], detail: string): TrialResult {
  return { ok: false, reason, detail };
}

function unavailable(message: string): TabletError {
  return new TabletError('trial_unavailable', message, { kind: 'unavailable' });
}
