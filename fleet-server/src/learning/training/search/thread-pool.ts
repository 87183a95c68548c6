import { Worker } from 'node:worker_threads';
import type { TrainingError } from '../errors.ts';
import type { JobContext } from './context.ts';
import { errorOf, type JobFailure, stopped } from './failure.ts';
import type { Job } from './job.ts';
import type { JobPool } from './pool.ts';
import type { JobReply } from './worker.ts';

export interface ThreadPoolOptions {
  context: JobContext;
  width: number;
  signal: AbortSignal | undefined;
  /** Heap of one thread. */
  memoryMb: number;
  /** The program of a thread. */
  program?: URL;
}

interface Waiting {
  job: Job;
  /** Threads that died of it. */
  deaths: number;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** A job is tried on so many threads before its configuration is given up: the first may have died of a neighbour. */
const MOST_DEATHS = 2;
const OWN_PROGRAM = new URL('./worker.ts', import.meta.url);

/** Threads that take jobs in order. A thread that dies is replaced, and its job begins anew on another one. */
export function threadPool(options: ThreadPoolOptions): JobPool {
  const { context, width, signal, memoryMb, program = OWN_PROGRAM } = options;
  const queue: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  const workers = new Set<Worker>();
  let closed: TrainingError | undefined;

  const close = (error: TrainingError): void => {
    closed ??= error;
    for (const { reject } of [...busy.values(), ...queue.splice(0)]) reject(closed);
    busy.clear();
  };
  const dispatch = (): void => {
    while (queue.length > 0 && (idle.length > 0 || workers.size < width)) {
      const worker = idle.pop() ?? open();
      const waiting = queue.shift()!;
      busy.set(worker, waiting);
      worker.postMessage(waiting.job, []);
    }
  };
  const open = (): Worker => {
    const worker = new Worker(program, { workerData: context, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    let cause: unknown;
    workers.add(worker);
    worker.on('message', (reply: JobReply) => {
      const waiting = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if ('answer' in reply) waiting?.resolve(reply.answer);
      else waiting?.reject(errorOf(reply.failure));
      dispatch();
    });
    worker.on('error', (error) => (cause = error));
    worker.on('exit', (code) => {
      workers.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      const waiting = busy.get(worker);
      busy.delete(worker);
      if (waiting !== undefined) mourn(waiting, deathOf(cause, code, memoryMb));
      if (closed === undefined) dispatch();
    });
    return worker;
  };
  const mourn = (waiting: Waiting, death: JobFailure): void => {
    if (closed !== undefined) waiting.reject(closed);
    else if (waiting.deaths + 1 >= MOST_DEATHS) waiting.reject(errorOf(death));
    else queue.unshift({ ...waiting, deaths: waiting.deaths + 1 });
  };

  const onAbort = (): void => {
    close(stopped(signal));
    for (const worker of workers) void worker.terminate();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();

  return {
    width,
    run(job) {
      if (closed !== undefined) return Promise.reject(closed);
      return new Promise((resolve, reject) => {
        queue.push({ job, deaths: 0, resolve: resolve as Waiting['resolve'], reject });
        dispatch();
      });
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', onAbort);
      close(stopped(signal));
      await Promise.all([...workers].map((worker) => worker.terminate()));
    },
  };
}

function deathOf(cause: unknown, code: number, memoryMb: number): JobFailure {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const message = `A training thread needed more than ${memoryMb} MB, twice.`;
    return { code: 'out_of_memory', message, field: 'memoryMb', expected: 'fewer rows or columns, or more memory' };
  }
  const why = cause instanceof Error ? cause.message : `it ended with code ${code}`;
  return { code: 'worker_failed', message: `A training thread died, twice: ${why}` };
}
