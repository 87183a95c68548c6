import { parentPort, workerData } from 'node:worker_threads';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import type { Job, JobAnswers, JobContext } from './job.ts';
import { createJobRunner } from './job.ts';

/** A failure as plain data: classes do not survive the way between threads. */
export interface JobFailure {
  message: string;
  code?: string;
  field?: string | undefined;
  expected?: string | undefined;
}

export type JobReply = { answer: JobAnswers[Job['kind']] } | { failure: JobFailure };

const runJob = createJobRunner(workerData as JobContext);

parentPort?.on('message', (job: Job) => parentPort?.postMessage(reply(job), []));

function reply(job: Job): JobReply {
  try {
    return { answer: runJob(job) };
  } catch (error) {
    const message = messageOf(error);
    if (!isCodedError(error)) return { failure: { message } };
    return { failure: { message, code: error.code, field: error.field, expected: error.expected } };
  }
}
