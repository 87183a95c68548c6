/** What the server refused, as it said it (RFC 9457), or that it could not be asked at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly field: string | undefined;
  readonly expected: string | undefined;

  constructor(
    message: string,
    about: { code: string; status: number; field?: string | undefined; expected?: string | undefined },
  ) {
    super(message);
    this.code = about.code;
    this.status = about.status;
    this.field = about.field;
    this.expected = about.expected;
  }
}

/** A body of `application/problem+json`, or whatever stands between here and the server. */
export function readProblem(status: number, body: unknown): ApiProblem {
  const { code, detail, title, field, expected } = (typeof body === 'object' && body !== null ? body : {}) as Partial<
    Record<string, unknown>
  >;
  return new ApiProblem(text(detail) ?? text(title) ?? `the server answered ${status}`, {
    code: text(code) ?? `http_${status}`,
    status,
    field: text(field),
    expected: text(expected),
  });
}

export function unreachable(cause: unknown): ApiProblem {
  const problem = new ApiProblem('the server cannot be reached', { code: 'unreachable', status: 0 });
  problem.cause = cause;
  return problem;
}

/** Signed out, or the session has ended: nothing is lost by signing in again. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
