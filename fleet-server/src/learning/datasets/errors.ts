import { CodedError } from '@plumbline/shared/errors';
import type { TableInspection } from './inspect/table-inspection.ts';
import type { ErrorOptionsWithField } from '@plumbline/shared/errors';

export type DatasetErrorCode =
  | 'dataset_not_found' // a path that is not there, or a directory without files that are read
  | 'dataset_version' // a version that is not the hash of the rows that came with it
  | 'dataset_reference' // not NAME@VERSION
  | 'dataset_unknown' // no registered version of that name and beginning, or several
  | 'dataset_unreadable' // the file system refused
  | 'dataset_ambiguous' // a role that a generic table needs is missing; carries the inspection
  | 'dataset_mixed' // files of several kinds in one request
  | 'dataset_incomplete' // a kind of several files, one of which is not there
  | 'dataset_role' // a role names a column the file does not have
  | 'dataset_roles_file' // dataset.yaml is not what it should be
  | 'dataset_day_first' // days with slashes that cannot be read month first
  | 'dataset_label' // the label column does not say by itself which value means late
  | 'label_not_binary' // it has several classes and nobody said which of them count
  | 'label_is_identifier' // it has nearly as many values as there are rows
  | 'dataset_name' // no name for a dataset
  | 'dataset_line' // no line of that name, or one that learns from something else
  | 'dataset_same' // a version would be made from itself
  | 'dataset_columns' // datasets that are put together have other columns, or columns of other types
  | 'dataset_target' // they mean something else by late, or are to be split in another way
  | 'dataset_conflict' // one activity has different rows in them
  | 'dataset_too_large' // together they have more rows than a dataset may have
  | 'split_empty' // no rows, or one class, on one side of a split
  | 'split_option' // a share or rule that makes no sense
  | 'no_features' // no column is left to learn from
  | 'too_few_rows' // fewer labelled rows than any honest figure needs
  | 'one_class'; // every row has the same label

/** No dataset comes out of a refused input; a single bad row is a line in `rejected`, not an error. */
export class DatasetError extends CodedError<DatasetErrorCode> {
  override readonly name = 'DatasetError';
  /** With `dataset_ambiguous`: what the columns look like and which roles they may have. */
  readonly inspection: TableInspection | undefined;

  constructor(code: DatasetErrorCode, message: string, options: DatasetErrorOptions = {}) {
    super(code, message, options);
    this.inspection = options.inspection;
  }
}

interface DatasetErrorOptions extends ErrorOptionsWithField {
  inspection?: TableInspection;
}
