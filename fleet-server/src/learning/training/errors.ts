import { CodedError } from '@plumbline/shared/errors';
import { type LearnerErrorCode } from '../learners/index.ts';

export type TrainingErrorCode =
  | LearnerErrorCode // of a job, as the thread that ran it told it
  | 'too_few_rows' // fewer labelled rows than any honest figure needs
  | 'one_class' // every row has the same label
  | 'no_honest_split' // the split rule leaves no fold to train and validate on
  | 'wrong_dataset' // a training result was shown with another dataset version
  | 'stopped' // the caller's signal fired
  | 'worker_failed'; // a worker thread died or threw something uncoded

export class TrainingError extends CodedError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
}
