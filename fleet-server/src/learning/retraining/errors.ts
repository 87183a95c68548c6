import { CodedError } from '@plumbline/shared/errors';

export type RetrainingErrorCode =
  | 'retrain_policy_unknown'
  | 'retrain_policy_malformed' // the field says where
  | 'retrain_policy_changed' // by somebody else meanwhile
  | 'retrain_turn_unknown'
  | 'retrain_turn_open' // one turn of a line at a time
  | 'retrain_no_champion' // nothing is released that a candidate could be held against
  | 'too_few_labels' // a candidate could not be told from the champion
  | 'retrain_interrupted' // the server ended in it again and again
  | 'automation_stopped' // by a person, or by a freeze
  | 'automation_running';

/** Of the loop from drift to a better model. */
export class RetrainingError extends CodedError<RetrainingErrorCode> {
  override readonly name = 'RetrainingError';
  /** Of a malformed policy: everything that is wrong, each by its path. */
  problems: readonly { field: string; message: string }[] = [];
}
