import { Worker } from 'node:worker_threads';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TrainingError } from '../errors.ts';
import type { TrainingErrorCode } from '../errors.ts';
import { requireWithin } from '../../learners/index.ts';
import type { AnswerOf, Job, JobContext } from './job.ts';
import { createJobRunner } from './job.ts';
import type { JobFailure, JobReply } from './worker.ts';

export interface JobPool extends AsyncDisposable {
  /** Jobs that can run at once. */
  readonly width: number;
  /** Rejects with the job's coded error, with `worker_failed`, or with `stopped` once the signal fired. */
  run<J extends Job>(job: J): Promise<AnswerOf<J>>;
}

export interface PoolOptions {
  /** Threads; 0 runs the jobs in the calling thread, one a turn of the event loop. */
  workers: number;
  signal?: AbortSignal | undefined;
}

/** Opens the threads that serve one training. Dispose it: running jobs are ended with it. */
export function openPool(context: JobContext, { workers, signal }: PoolOptions): JobPool {
  requireWithin('workers', workers, 0, 64, true);
  return workers === 0 ? inlinePool(context, signal) : threadPool(context, workers, signal);
}

function stopped(signal: AbortSignal | undefined): TrainingError {
  return new TrainingError('stopped', 'Training was stopped before it ended.', {
    kind: 'conflict',
    cause: signal?.reason,
  });
}

function inlinePool(context: JobContext, signal: AbortSignal | undefined): JobPool {
  const runJob = createJobRunner(context);
  let last: Promise<unknown> = Promise.resolve();
  return {
    width: 1,
    run(job) {
      const answer = last.then(async () => {
        await nextTurn();
        if (signal?.aborted) throw stopped(signal);
        return runJob(job);
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await last;
    },
  };
}

interface Waiting {
  job: Job;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

function threadPool(context: JobContext, width: number, signal: AbortSignal | undefined): JobPool {
  const queue: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  let broken: TrainingError | undefined;

  const breakDown = (error: TrainingError): void => {
    broken ??= error;
    for (const { reject } of [...busy.values(), ...queue.splice(0)]) reject(broken);
    busy.clear();
  };
  const dispatch = (): void => {
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.pop()!;
      const waiting = queue.shift()!;
      busy.set(worker, waiting);
      worker.postMessage(waiting.job, []);
    }
  };
  const workers = Array.from({ length: width }, () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: context });
    worker.on('message', (reply: JobReply) => {
      const waiting = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if ('answer' in reply) waiting?.resolve(reply.answer);
      else waiting?.reject(asError(reply.failure));
      dispatch();
    });
    worker.on('error', (cause) => breakDown(workerFailed('A training thread failed.', cause)));
    worker.on('exit', (code) => breakDown(workerFailed(`A training thread ended with code ${code}.`)));
    return worker;
  });
  idle.push(...workers);

  const onAbort = (): void => {
    breakDown(stopped(signal));
    for (const worker of workers) void worker.terminate();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();

  return {
    width,
    run(job) {
      if (broken !== undefined) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        queue.push({ job, resolve: resolve as Waiting['resolve'], reject });
        dispatch();
      });
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', onAbort);
      breakDown(stopped(signal));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function workerFailed(message: string, cause?: unknown): TrainingError {
  return new TrainingError('worker_failed', message, { kind: 'internal', cause });
}

function asError({ message, code, field, expected }: JobFailure): TrainingError {
  if (code === undefined) return workerFailed(message);
  const details = { ...(field === undefined ? {} : { field }), ...(expected === undefined ? {} : { expected }) };
  return new TrainingError(code as TrainingErrorCode, message, details);
}
