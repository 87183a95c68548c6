/** Groups of failures; a transport maps a kind, never a single code, to a status or exit code. */
export type ErrorKind =
  | 'invalid' // the caller's input is wrong: naming the field and what was expected
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'refused' // understood, and correctly declined (quality gate, signature, rollback)
  | 'unavailable' // may succeed later: network, disk, busy port
  | 'internal';

export interface ErrorOptionsWithField {
  kind?: ErrorKind;
  /** Path of the value at fault, e.g. `rows[3].seq` or `inputs[0].features[2].unit`. */
  field?: string;
  /** What would have been accepted there. */
  expected?: string;
  cause?: unknown;
}

/**
 * The one error class. A room narrows `Code` to its literal union:
 * `export class OnnxError extends CodedError<'onnx_not_a_model' | …> {}`.
 * The same code string reaches report, audit row, problem body and console.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name: string = 'CodedError';
  readonly code: Code;
  readonly kind: ErrorKind;
  readonly field: string | undefined;
  readonly expected: string | undefined;

  constructor(code: Code, message: string, options: ErrorOptionsWithField = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? 'invalid';
    this.field = options.field;
    this.expected = options.expected;
  }
}

export function isCodedError(error: unknown): error is CodedError {
  return error instanceof CodedError;
}

/** Code of any thrown value; what carries none is a fault of ours and says so. */
export function codeOf(error: unknown): string {
  return isCodedError(error) ? error.code : 'internal_error';
}

/** True when trying the same thing again later may succeed. */
export function isRetryable(error: unknown): boolean {
  return isCodedError(error) && error.kind === 'unavailable';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
