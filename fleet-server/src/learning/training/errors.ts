import { CodedError } from '@plumbline/shared/errors';
import { type LearnerErrorCode } from '../learners/index.ts';

export type TrainingErrorCode =
  | LearnerErrorCode // of a job, as the thread that ran it told it
  | 'too_few_rows' // fewer labelled rows than any honest figure needs
  | 'one_class' // every row has the same label
  | 'no_honest_split' // the split rule leaves no fold to train and validate on
  | 'wrong_dataset' // a training result was shown with another dataset version
  | 'no_targets' // a regression on rows without delay days
  | 'no_holdout' // the rows are too few, or too much alike, to hold a share of them out
  | 'nothing_ran' // every configuration failed or was declined by its algorithm
  | 'journal_differs' // the journal was kept by a search of other settings, data or code
  | 'journal_unreadable' // the file of the journal can not be read or written
  | 'stopped' // the caller's signal fired
  | 'out_of_memory' // a worker thread ran out of memory, twice
  | 'worker_failed'; // a worker thread died twice or threw something uncoded

export class TrainingError extends CodedError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
}
