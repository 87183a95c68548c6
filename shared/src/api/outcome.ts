import { codeOf, isCodedError, messageOf, type ErrorKind } from '../errors/index.ts';
import type { Problem } from './problem.ts';

const HTTP_STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  refused: 422,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

export type ProblemStatus = (typeof HTTP_STATUS)[ErrorKind];

/** The one mapping of coded errors to HTTP (RFC 9457). What carries no code is a fault of ours and shows no detail. */
export function problemOf(error: unknown): Problem & { status: ProblemStatus } {
  const known = isCodedError(error) ? error : undefined;
  const kind = known?.kind ?? 'internal';
  const code = codeOf(error);
  return {
    type: `urn:plumbline:problem:${code}`,
    title: kind,
    status: HTTP_STATUS[kind],
    detail: known === undefined ? 'internal error' : messageOf(error),
    code,
    ...(known?.field === undefined ? {} : { field: known.field }),
    ...(known?.expected === undefined ? {} : { expected: known.expected }),
  };
}

export const EXIT_CODES =
  'Exit: 0 true, 1 our fault, 2 wrong usage, 3 unavailable (try again), 4 refused or not found.';

/** Exit code of a command that ended with this error; settings that make no sense are wrong usage. */
export function exitCodeOf(error: unknown): number {
  if (!isCodedError(error) || error.kind === 'internal') return 1;
  if (error.code === 'config_invalid') return 2;
  return error.kind === 'unavailable' ? 3 : 4;
}

/** An error as a command prints it, once: for a person, or as one line of JSON for a program. */
export function describeError(error: unknown, json: boolean): string {
  const code = codeOf(error);
  const { field, expected } = isCodedError(error) ? error : {};
  if (json) return JSON.stringify({ error: { code, message: messageOf(error), field, expected } });
  return [
    `error: ${messageOf(error)} [${code}]`,
    ...(field === undefined ? [] : [`  field:    ${field}`]),
    ...(expected === undefined ? [] : [`  expected: ${expected}`]),
  ].join('\n');
}
