import {
  dtypeName,
  dtypeNumber,
  quoted,
  type DType,
  type ModelProto,
  type SparseTensorProto,
  type TensorProto,
} from '@plumbline/shared/onnx';
import type { Placed } from './places.ts';
import { placedSparseTensors, placedTensors } from './places.ts';
import { refusal } from './refusal.ts';
import { MAX_TENSOR_BYTES, TENSOR_FORMS, VALUE_FIELDS } from './tensor-forms.ts';

/**
 * Every tensor a model carries holds as many values as its dims say, in the field of its dtype. Nothing is copied.
 * @throws {OnnxError} onnx_tensor_invalid, onnx_external_data, onnx_too_large
 */
export function checkTensors(model: ModelProto): void {
  for (const placed of placedTensors(model)) checkTensor(placed);
  for (const placed of placedSparseTensors(model)) checkSparse(placed);
}

function checkTensor({ item: tensor, path }: Placed<TensorProto>): void {
  const label = `tensor ${quoted(tensor.name)}`;
  if (tensor.dataLocation === 1 || tensor.externalData !== undefined) {
    throw refusal(
      'onnx_external_data',
      `${label} keeps its data in another file`,
      path,
      'a model that carries all its weights',
    );
  }
  const dtype = dtypeName(tensor.dataType);
  const form = TENSOR_FORMS[dtype as DType];
  if (form === undefined) {
    throw refusal('onnx_tensor_invalid', `${label} is of dtype ${dtype}`, `${path}.dataType`, 'a dtype of ONNX');
  }
  const count = elementCount(tensor.dims, label, path);
  const filled = VALUE_FIELDS.filter((field) => (tensor[field]?.length ?? 0) > 0);
  if (filled.length > 1) {
    throw refusal(
      'onnx_tensor_invalid',
      `${label} holds values in ${filled.join(' and ')}`,
      path,
      'one field of values',
    );
  }
  const field = filled[0] ?? form.field;
  if (field !== form.field && (field !== 'rawData' || dtype === 'string')) {
    throw refusal(
      'onnx_tensor_invalid',
      `${label} is ${dtype}, but its values are in ${field}`,
      `${path}.${field}`,
      form.field,
    );
  }
  const held = tensor[field]?.length ?? 0;
  const expected = field === 'rawData' ? Math.ceil((count * form.bits) / 8) : Math.ceil(count * form.perElement);
  if (held !== expected) {
    const unit = field === 'rawData' ? 'bytes' : 'values';
    throw refusal(
      'onnx_tensor_invalid',
      `${label} has ${held} ${unit} of ${dtype} for dims ${dimsLabel(tensor.dims)}`,
      `${path}.${field}`,
      `${expected} ${unit}`,
    );
  }
}

/** A sparse tensor is unfolded when it is loaded, so its dims alone decide what that takes. */
function checkSparse({ item: sparse, path }: Placed<SparseTensorProto>): void {
  const { values = {}, indices = {} } = sparse;
  const label = `sparse tensor ${quoted(values.name)}`;
  checkTensor({ item: values, path: `${path}.values` });
  checkTensor({ item: indices, path: `${path}.indices` });
  const count = elementCount(sparse.dims, label, path);
  const bytes = (count * (TENSOR_FORMS[dtypeName(values.dataType) as DType]?.bits ?? 0)) / 8;
  if (bytes > MAX_TENSOR_BYTES) {
    const message = `${label} unfolds to ${dimsLabel(sparse.dims)}, ${bytes} bytes`;
    throw refusal('onnx_too_large', message, `${path}.dims`, `at most ${MAX_TENSOR_BYTES} bytes`);
  }
  const [stored, rank] = [Number(values.dims?.[0] ?? 0n), sparse.dims?.length ?? 0];
  const shape = [...(indices.dims ?? [])].map(Number);
  const fits = (shape.length === 1 || (shape.length === 2 && shape[1] === rank)) && shape[0] === stored;
  if (indices.dataType === dtypeNumber('int64') && values.dims?.length === 1 && fits && stored <= count) return;
  throw refusal(
    'onnx_tensor_invalid',
    `${label} has values ${dimsLabel(values.dims)} and indices ${dimsLabel(indices.dims)} of ${dtypeName(indices.dataType)}`,
    path,
    'as many int64 indices as values, and no more than elements',
  );
}

function elementCount(dims: BigInt64Array | undefined, label: string, path: string): number {
  let count = 1;
  for (const [index, dim] of (dims ?? []).entries()) {
    if (dim < 0n) {
      throw refusal(
        'onnx_tensor_invalid',
        `${label} has the dimension ${dim}`,
        `${path}.dims[${index}]`,
        'zero or more',
      );
    }
    count *= Number(dim);
  }
  // Beyond 2^53 counts are not exact any more; and no file holds as many. NaN: zero times infinity.
  if (count <= Number.MAX_SAFE_INTEGER) return count;
  if (dims?.includes(0n)) return 0;
  throw refusal(
    'onnx_tensor_invalid',
    `${label} has dims ${dimsLabel(dims)}`,
    `${path}.dims`,
    'fewer than 2^53 elements',
  );
}

const SHOWN_DIMS = 8;

function dimsLabel(dims: BigInt64Array | undefined): string {
  const shown = [...(dims?.subarray(0, SHOWN_DIMS) ?? [])].join(', ');
  return `[${shown}${(dims?.length ?? 0) > SHOWN_DIMS ? ', …' : ''}]`;
}
