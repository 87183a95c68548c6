import { CodedError } from '@plumbline/shared/errors';

export type DerivedErrorCode =
  | 'derivation_unknown' // not in the catalogue, or it takes no column
  | 'derivation_column' // the column that is to name the kind of work is not in the dataset, or not by its text
  | 'derivation_repeated'; // asked for twice, or the dataset has a feature of that name already

/** Nothing is derived of a request that is wrong in one part. */
export class DerivedError extends CodedError<DerivedErrorCode> {
  override readonly name = 'DerivedError';
}
