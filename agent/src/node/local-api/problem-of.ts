import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { codeOf, isCodedError, messageOf, type ErrorKind } from '@plumbline/shared/errors';
import type { Problem } from '@plumbline/shared/api';

const STATUS: Record<ErrorKind, ContentfulStatusCode> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  refused: 422,
  unavailable: 503,
  internal: 500,
};

/** Coded errors as problem details (RFC 9457). What carries no code is a fault of ours and shows no detail. */
export function problemOf(error: unknown): Problem & { status: ContentfulStatusCode } {
  const known = isCodedError(error) ? error : undefined;
  const kind = known?.kind ?? 'internal';
  const code = codeOf(error);
  return {
    type: `urn:plumbline:problem:${code}`,
    title: kind,
    status: STATUS[kind],
    detail: known === undefined ? 'internal error' : messageOf(error),
    code,
    ...(known?.field !== undefined && { field: known.field }),
    ...(known?.expected !== undefined && { expected: known.expected }),
  };
}
