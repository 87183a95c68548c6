import { isCodedError, messageOf } from '@plumbline/shared/errors';
import { TrainingError, type TrainingErrorCode } from '../errors.ts';

/** A failure as plain data: classes do not survive the way between threads. */
export interface JobFailure {
  message: string;
  code: TrainingErrorCode;
  field?: string | undefined;
  expected?: string | undefined;
}

/** Failures of one configuration that end its part in the search and nothing else. */
const OF_ONE_MEMBER: ReadonlySet<TrainingErrorCode> = new Set([
  'too_large',
  'task_unsupported',
  'would_ship_rows',
  'out_of_memory',
  'worker_failed',
]);

/** What a job threw. Arrays are kept outside the heap, so that running out of memory can show as a RangeError. */
export function failureOf(error: unknown): JobFailure {
  const message = messageOf(error);
  if (!isCodedError(error)) {
    const memory = error instanceof RangeError && /allocation|array length|array buffer/i.test(message);
    return { message, code: memory ? 'out_of_memory' : 'worker_failed' };
  }
  return { message, code: error.code as TrainingErrorCode, field: error.field, expected: error.expected };
}

export function errorOf({ message, code, field, expected }: JobFailure): TrainingError {
  return new TrainingError(code, message, {
    ...(code === 'worker_failed' ? { kind: 'internal' as const } : {}),
    ...(field === undefined ? {} : { field }),
    ...(expected === undefined ? {} : { expected }),
  });
}

/** Whether the search may go on without the configuration. */
export function isOfOneMember(error: unknown): error is TrainingError {
  return error instanceof TrainingError && OF_ONE_MEMBER.has(error.code);
}

export function stopped(signal: AbortSignal | undefined): TrainingError {
  return new TrainingError('stopped', 'Training was stopped before it ended.', {
    kind: 'conflict',
    cause: signal?.reason,
  });
}
