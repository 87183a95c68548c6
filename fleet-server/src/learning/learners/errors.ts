import { CodedError } from '@plumbline/shared/errors';

export type LearnerErrorCode =
  | 'bad_value' // a value does not fit its feature's type or float32
  | 'bad_parameter' // a hyper-parameter or option outside its range
  | 'too_large' // more rows or columns than the algorithm can be asked to take
  | 'task_unsupported' // the algorithm does not learn numbers, or does not learn classes
  | 'would_ship_rows'; // the model would hold training rows of one site and travel to another

export class LearnerError extends CodedError<LearnerErrorCode> {
  override readonly name = 'LearnerError';
}

/** Throws `bad_parameter` unless `value` is a number (an integer where asked) within `[low, high]`. */
export function requireWithin(field: string, value: number, low: number, high: number, integer = false): void {
  if (value >= low && value <= high && (!integer || Number.isInteger(value))) return;
  const expected = `${integer ? 'an integer' : 'a number'} from ${low} to ${high}`;
  throw new LearnerError('bad_parameter', `${field} is ${value}, expected ${expected}`, { field, expected });
}

/** Throws `bad_parameter` unless `value` is one of these words. */
export function requireOneOf(field: string, value: unknown, words: readonly string[]): void {
  if (typeof value === 'string' && words.includes(value)) return;
  const expected = words.join(' or ');
  throw new LearnerError('bad_parameter', `${field} is ${JSON.stringify(value)}, expected ${expected}`, {
    field,
    expected,
  });
}
