import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const WORKER = new URL('./worker.ts', import.meta.url);

/** Hands jobs to threads, one at a time each; answers come in the order of the jobs. @throws what a thread threw */
export async function runInThreads<Job, Result>(jobs: readonly Job[], threads = 2): Promise<Result[]> {
  const results: Result[][] = [];
  let next = 0;
  const one = async () => {
    const worker = new Worker(WORKER);
    try {
      for (let i = next++; i < jobs.length; i = next++) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows; a thread has no origin
        worker.postMessage(jobs[i]);
        const [answer] = (await once(worker, 'message')) as [Result[]];
        results[i] = answer;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, one));
  return results.flat();
}
