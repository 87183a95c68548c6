import { CodedError } from '@plumbline/shared/errors';

export type ScoringErrorCode =
  | 'model_reference' // not NAME, NAME@VERSION or NAME@ALIAS
  | 'model_not_released' // sealed, and not approved by anybody
  | 'bundle_unsealed' // there is no key to judge a seal by
  | 'columns_missing' // the file lacks columns that the model insists on
  | 'rows_unreadable' // the file is none of its kind
  | 'row_malformed' // one row of it
  | 'result_unwritable'
  | 'records_malformed'
  | 'ref_reused' // the same reference for another question
  | 'scoring_busy' // more questions than are answered at once
  | 'job_unknown'
  | 'job_exists'
  | 'job_limit'
  | 'job_paused'
  | 'job_changed' // somebody else ordered otherwise meanwhile
  | 'job_running'
  | 'run_unknown'
  | 'prediction_unknown'
  | 'prediction_ambiguous'; // a reference that several rows carry

export class ScoringError extends CodedError<ScoringErrorCode> {
  override readonly name = 'ScoringError';
}
