import { parentPort } from 'node:worker_threads';
import { playReleases, runRehearsal, type RehearsalJob, type ReleasesJob } from './jobs.ts';

parentPort?.on('message', (job: ReleasesJob | RehearsalJob) => {
  void Promise.resolve(job.kind === 'releases' ? playReleases(job) : runRehearsal(job)).then((results) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows; a thread has no origin
    parentPort?.postMessage(results);
  });
});
