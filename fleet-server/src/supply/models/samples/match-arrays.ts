import type { LabTensor } from '../../../platform/ports/index.ts';
import type { ValueView } from '../../onnx/index.ts';
import { convert, isConvertible } from './convert.ts';
import { SampleError, typeText } from './errors.ts';
import type { FilledInputs } from './form-runs.ts';
import type { ArrayGroup, FoundArray, SampleOptions } from './sample-set.ts';

/**
 * Finds the tensor of every graph input in a group: by name, by its place (`input_N`), and what is then left in the
 * order in which it stands, where dtype and shape fit. Members called like graph outputs are expected outputs.
 * @throws SampleError samples_input_missing, samples_dtype, samples_shape, samples_value, samples_column_unknown
 */
export function matchArrays(
  group: ArrayGroup,
  inputs: readonly ValueView[],
  options: SampleOptions,
): FilledInputs & { ignored: string[] } {
  const { outputs = [], label } = options;
  const left = new Set(group.arrays);
  const labels = label === undefined ? undefined : takeLabels(group, left, label);
  const tensors = new Map<ValueView, LabTensor>();
  const give = (input: ValueView, array: FoundArray): void => {
    tensors.set(input, placed(input, array));
    left.delete(array);
  };
  for (const input of inputs) {
    const named = [...left].find((array) => array.role !== 'output' && array.names.includes(input.name));
    if (named !== undefined) give(input, named);
  }
  inputs.forEach((input, place) => {
    const numbered = [...left].find((array) => array.role === 'input' && array.place === place);
    if (numbered !== undefined && !tensors.has(input)) give(input, numbered);
  });
  const isAnswer = (array: FoundArray): boolean =>
    array.role === 'output' || outputs.some(({ name }) => array.names.includes(name));
  for (const input of inputs) {
    if (tensors.has(input)) continue;
    const candidates = [...left].filter((array) => !isAnswer(array));
    const fitting = candidates.find((array) => misfit(input, array) === undefined);
    if (fitting !== undefined) give(input, fitting);
    else throw candidates.length === 1 ? misfit(input, candidates[0]!) : missing(input, group);
  }
  const expected = takeExpected(left, outputs);
  return {
    source: group.source,
    tensors: inputs.map((input) => tensors.get(input)!),
    ...(expected.length > 0 ? { expected } : {}),
    ...(labels ? { labels } : {}),
    ignored: [...left].map((array) => array.where),
  };
}

/** Outputs by name, else by `output_N`, else the lone array of a file of outputs for the lone output. */
function takeExpected(left: Set<FoundArray>, outputs: readonly ValueView[]): LabTensor[] {
  return outputs.flatMap((output, place) => {
    const all = [...left];
    const array =
      all.find((one) => one.names.includes(output.name)) ??
      all.find((one) => one.role === 'output' && one.place === place) ??
      all.find((one) => one.role === 'output' && one.place === undefined && misfit(output, one) === undefined);
    if (array === undefined) return [];
    left.delete(array);
    const data = convert(array.data, array.dtype, output.dtype, array.where);
    return [{ name: output.name, dtype: output.dtype, dims: array.dims, data }];
  });
}

function takeLabels(group: ArrayGroup, left: Set<FoundArray>, label: string): string[] {
  const array = [...left].find((one) => one.names.includes(label));
  if (array === undefined) {
    throw new SampleError('samples_column_unknown', `${group.source} has no member "${label}" for the label`, {
      field: `${group.source}: ${label}`,
      expected: group.arrays.map((one) => one.names[0]).join(' | '),
    });
  }
  left.delete(array);
  return Array.from(array.data as ArrayLike<unknown>, String);
}

function placed(input: ValueView, array: FoundArray): LabTensor {
  const wrong = misfit(input, array);
  if (wrong !== undefined) throw wrong;
  const data = convert(array.data, array.dtype, input.dtype, array.where);
  return { name: input.name, dtype: input.dtype, dims: array.dims, data };
}

/** Why an array cannot be this value, or undefined. A leading dimension may be longer than a fixed batch. */
function misfit(value: ValueView, array: FoundArray): SampleError | undefined {
  const expected = typeText(value);
  const found = `${array.dtype}[${array.dims.join(', ')}]`;
  const details = { field: array.where, expected };
  const sentence = `${array.where} is ${found}, "${value.name}" wants ${expected}`;
  if (!isConvertible(array.dtype, value.dtype)) return new SampleError('samples_dtype', sentence, details);
  if (array.dims.includes(0)) return new SampleError('samples_empty', `${array.where} holds no value`, details);
  if (value.shape === null) return undefined;
  const same =
    value.shape.length === array.dims.length &&
    value.shape.every((dim, axis) => typeof dim !== 'number' || axis === 0 || dim === array.dims[axis]);
  return same ? undefined : new SampleError('samples_shape', sentence, details);
}

function missing(input: ValueView, group: ArrayGroup): SampleError {
  const found = group.arrays.map((array) => `${array.names[0]}: ${array.dtype}[${array.dims.join(', ')}]`);
  return new SampleError(
    'samples_input_missing',
    `${group.source} has nothing for the input "${input.name}", only ${found.join(', ') || 'no array at all'}`,
    { field: `${group.source}: ${input.name}`, expected: typeText(input) },
  );
}
