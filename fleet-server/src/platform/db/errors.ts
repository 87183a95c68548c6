import { DrizzleQueryError } from './drizzle.ts';
import { CodedError, isCodedError, type ErrorOptionsWithField } from '@plumbline/shared/errors';

export type DbErrorCode =
  | 'db_unavailable' // unwritable folder, unreachable server, disk full: may succeed later
  | 'db_url_invalid'
  | 'db_newer_than_code'
  | 'db_history_differs'
  | 'integer_unsafe'
  | 'transaction_nested'
  | 'transaction_ended'
  | 'transaction_needed'
  | 'transaction_failed';

/** What the database refuses; `db_unavailable` alone may succeed when tried again. */
export class DbError extends CodedError<DbErrorCode> {
  override readonly name = 'DbError';

  constructor(code: DbErrorCode, message: string, options: ErrorOptionsWithField = {}) {
    super(code, message, { kind: code === 'db_unavailable' ? 'unavailable' : 'internal', ...options });
  }
}

/** SQLite result codes and PostgreSQL classes that speak of the disk or the connection, never of the statement. */
const UNAVAILABLE = /^(SQLITE_(FULL|IOERR|READONLY|BUSY|CANTOPEN|NOTADB|CORRUPT)|08|53|57P0|ECONN|ENOTFOUND)/;
const UNIQUE = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']);

function driverCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function withoutWrapper(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}

/** True when the statement broke a primary key or a unique index, on either dialect. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE.has(driverCode(withoutWrapper(error)));
}

/**
 * The error a caller sees. Coded errors pass; faults of disk or connection become `db_unavailable` naming the
 * database; the rest is the driver's own error, without Drizzle's wrapper, whose message repeats every parameter.
 */
export function readableDbError(error: unknown, place: string): unknown {
  const plain = withoutWrapper(error);
  return !isCodedError(plain) && UNAVAILABLE.test(driverCode(plain)) ? unavailable(place, plain) : plain;
}

export function unavailable(place: string, cause: unknown): DbError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DbError('db_unavailable', `The database ${place} is not available: ${why}.`, { field: 'url', cause });
}
