import { CodedError } from '@plumbline/shared/errors';

export type TrainingErrorCode =
  | 'too_few_rows' // fewer labelled rows than any honest figure needs
  | 'one_class' // every row has the same label
  | 'bad_value' // a value does not fit its feature's type or float32
  | 'bad_parameter' // an option or hyper-parameter outside its range
  | 'no_honest_split' // the split rule leaves no fold to train and validate on
  | 'wrong_dataset' // a training result was shown with another dataset version
  | 'stopped' // the caller's signal fired
  | 'worker_failed'; // a worker thread died or threw something uncoded

export class TrainingError extends CodedError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
}

/** Throws `bad_parameter` unless `value` is a number (an integer where asked) within `[low, high]`. */
export function requireWithin(field: string, value: number, low: number, high: number, integer = false): void {
  if (value >= low && value <= high && (!integer || Number.isInteger(value))) return;
  const expected = `${integer ? 'an integer' : 'a number'} from ${low} to ${high}`;
  throw new TrainingError('bad_parameter', `${field} is ${value}, expected ${expected}`, { field, expected });
}
