import { CodedError, codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import type { CrossedError } from './messages.ts';

/** An error as a message can carry it. */
export function crossed(error: unknown): CrossedError {
  if (!isCodedError(error)) return { code: codeOf(error), message: messageOf(error), kind: 'internal' };
  const { code, message, kind, field, expected } = error;
  return { code, message, kind, ...(field !== undefined && { field }), ...(expected !== undefined && { expected }) };
}

/** The other way: the same code, kind, field and expectation. */
export function thrownOf({ code, message, ...options }: CrossedError): CodedError {
  return new CodedError(code, message, options);
}
