import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireWithin } from '../../learners/index.ts';
import type { JobContext } from './context.ts';
import { errorOf, failureOf, stopped } from './failure.ts';
import type { AnswerOf, Job } from './job.ts';
import { createJobRunner } from './job.ts';
import { threadPool } from './thread-pool.ts';

export interface JobPool extends AsyncDisposable {
  /** Jobs that can run at once. */
  readonly width: number;
  /** Rejects with the job's coded error, `worker_failed`, `out_of_memory`, or `stopped` once the signal fired. */
  run<J extends Job>(job: J): Promise<AnswerOf<J>>;
}

export interface PoolOptions {
  /** Threads; 0 runs the jobs in the calling thread, one a turn of the event loop. */
  workers: number;
  signal?: AbortSignal | undefined;
  /** Heap of one thread in MB. Default 2048. */
  memoryMb?: number | undefined;
}

/** Opens the threads that serve one training. Dispose it: running jobs are ended with it. */
export function openPool(context: JobContext, { workers, signal, memoryMb = 2048 }: PoolOptions): JobPool {
  requireWithin('workers', workers, 0, 64, true);
  requireWithin('memoryMb', memoryMb, 16, 1_048_576);
  return workers === 0 ? inlinePool(context, signal) : threadPool({ context, width: workers, signal, memoryMb });
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
        try {
          return runJob(job);
        } catch (error) {
          throw errorOf(failureOf(error));
        }
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await last;
    },
  };
}
