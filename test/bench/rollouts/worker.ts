import { parentPort } from 'node:worker_threads';
import { playReleases, runRehearsal, type RehearsalJob, type ReleasesJob } from './jobs.ts';

parentPort?.on('message', (job: ReleasesJob | RehearsalJob) => {
  void Promise.resolve(job.kind === 'releases' ? playReleases(job) : runRehearsal(job)).then((results) =>
    parentPort?.postMessage(results),
  );
});
