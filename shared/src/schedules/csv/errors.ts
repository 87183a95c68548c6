import { CodedError } from '../../errors/index.ts';

export type CsvErrorCode =
  | 'csv_empty' // no bytes, or only blank lines
  | 'csv_not_text' // a NUL byte or invalid UTF-8
  | 'csv_separator' // semicolons or tabs between the columns: numbers may have decimal commas, too
  | 'csv_duplicate_header' // two columns of one name: no value could be attributed
  | 'csv_row_too_long' // more characters than the limit: a wrong file, or a quote never closed
  | 'csv_unclosed_quote' // the text ends inside a quoted cell
  | 'csv_too_many_columns'
  | 'csv_too_many_rows';

/** The file as a whole cannot be read. A single bad row is a reject, not an error. */
export class CsvError extends CodedError<CsvErrorCode> {
  override readonly name = 'CsvError';
}
