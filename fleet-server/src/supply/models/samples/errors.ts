import { CodedError } from '@plumbline/shared/errors';
import type { ValueView } from '../../onnx/index.ts';

export type SampleErrorCode =
  | 'samples_not_found' // a path that is not there, or a folder without sample files
  | 'samples_lfs_pointer' // a git-lfs pointer instead of the file it stands for
  | 'samples_malformed' // truncated, garbage, or not of the kind it says
  | 'samples_too_large'
  | 'samples_empty' // no row, no tensor
  | 'samples_mixed' // files of several kinds in one request
  | 'samples_dtype' // a type that cannot be read, or not be placed in the input
  | 'samples_shape' // wrong width or rank
  | 'samples_value' // a cell that is no number, an integer out of range
  | 'samples_input_missing' // nothing in the files is for this input
  | 'samples_column_unknown'; // an option or a mapping names a column that is not there

/** Every refusal of sample files. `field` is `file`, `file: member` or `file: line N, column`. */
export class SampleError extends CodedError<SampleErrorCode> {
  override readonly name = 'SampleError';
}

/** `float32[?, 12]`, as people read it. */
export function typeText({ dtype, shape }: Pick<ValueView, 'dtype' | 'shape'>): string {
  return `${dtype}[${(shape ?? ['…']).map((dim) => dim ?? '?').join(', ')}]`;
}
