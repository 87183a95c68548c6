import { parentPort, workerData } from 'node:worker_threads';
import type { JobContext } from './context.ts';
import type { JobFailure } from './failure.ts';
import { failureOf } from './failure.ts';
import type { Job, JobAnswers } from './job.ts';
import { createJobRunner } from './job.ts';

export type JobReply = { answer: JobAnswers[Job['kind']] } | { failure: JobFailure };

const runJob = createJobRunner(workerData as JobContext);

parentPort?.on('message', (job: Job) => parentPort?.postMessage(reply(job), []));

function reply(job: Job): JobReply {
  try {
    return { answer: runJob(job) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
