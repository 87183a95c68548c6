import { parentPort, workerData } from 'node:worker_threads';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import type { Job, JobContext } from './job.ts';
import { runJob } from './job.ts';

/** A failure as plain data: classes do not survive the way between threads. */
export interface JobFailure {
  message: string;
  code?: string;
  field?: string | undefined;
  expected?: string | undefined;
}

export type JobReply = { answer: ReturnType<typeof runJob> } | { failure: JobFailure };

const context = workerData as JobContext;

parentPort?.on('message', (job: Job) => parentPort?.postMessage(reply(job)));

function reply(job: Job): JobReply {
  try {
    return { answer: runJob(context, job) };
  } catch (error) {
    const message = messageOf(error);
    if (!isCodedError(error)) return { failure: { message } };
    return { failure: { message, code: error.code, field: error.field, expected: error.expected } };
  }
}
