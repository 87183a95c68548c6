import { fork, type ChildProcess } from 'node:child_process';
import type { Job, Reply } from './job.ts';

export interface PoolOptions {
  workers?: number;
  /** Name of a bug that is planted into the product in every worker. */
  plant?: string;
  /** Answers false when enough is known. */
  onReply: (reply: Reply) => boolean;
}

/** A seed takes well under a second; one that takes this long turns in circles without simulated time. */
const MAX_JOB_MS = 60_000;
const WORKER = new URL('./worker.ts', import.meta.url);

/** Hands jobs to worker processes; one that hangs or dies is a reply like the others. Resolves when all is answered. */
export async function runJobs(jobs: readonly Job[], { workers = 2, plant, onReply }: PoolOptions): Promise<void> {
  let next = 0;
  let isEnough = false;
  const one = async () => {
    while (next < jobs.length && !isEnough) {
      const worker = fork(WORKER, plant === undefined ? [] : [plant], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      try {
        const started = await answerOf(worker, MAX_JOB_MS);
        if (started !== 'ready') throw new Error(`a worker did not start: ${String(started)}`);
        let isWell = true;
        while (isWell && next < jobs.length && !isEnough) {
          const job = jobs[next] as Job;
          next += 1;
          const answer = answerOf(worker, MAX_JOB_MS);
          worker.send(job);
          const reply = await answer;
          isWell = typeof reply === 'object';
          if (!onReply(typeof reply === 'object' ? reply : { job, error: reply })) isEnough = true;
        }
      } finally {
        worker.kill('SIGKILL');
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, one));
}

/** What the worker says next, or what became of it. */
function answerOf(worker: ChildProcess, withinMs: number): Promise<Reply | string> {
  return new Promise((resolve) => {
    const done = (answer: Reply | string) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (message: unknown) => done(message as Reply | 'ready');
    const onExit = (code: number | null, signal: string | null) => done(`the worker ended: ${signal ?? code}`);
    const timer = setTimeout(() => done(`no answer within ${withinMs} ms: it turns in circles`), withinMs);
    worker.on('message', onMessage);
    worker.on('exit', onExit);
  });
}
