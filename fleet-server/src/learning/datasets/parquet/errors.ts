import { CodedError } from '@plumbline/shared/errors';

export type ParquetErrorCode =
  | 'parquet_not_parquet' // PAR1 is not where it must be: another kind of file
  | 'parquet_truncated' // it begins as one and does not end as one
  | 'parquet_encrypted'
  | 'parquet_malformed' // what it says of itself is not true
  | 'parquet_too_large' // it declares more than the limit
  | 'parquet_codec' // a compression that is not read
  | 'parquet_duplicate_column'
  | 'parquet_no_columns'; // every column is nested or of a kind that no table holds

/** The file as a whole cannot be read; a column that no table can hold is ignored and named. */
export class ParquetError extends CodedError<ParquetErrorCode> {
  override readonly name = 'ParquetError';
}

export function malformed(field: string, message: string, expected: string, cause?: unknown): ParquetError {
  return new ParquetError('parquet_malformed', message, {
    field,
    expected,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function tooLarge(field: string, found: number, limit: number): ParquetError {
  return new ParquetError('parquet_too_large', `the file declares ${found} ${field}`, {
    kind: 'too-large',
    field,
    expected: `at most ${limit}`,
  });
}
