import type { TensorProto } from './messages.ts';
import { OnnxError } from '../onnx-error.ts';

/** TensorProto.DataType by number; the name is what inspection and refusals print. */
const DTYPES = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const;

export type DType = (typeof DTYPES)[number];

export function dtypeName(dataType: number | undefined): DType | `unknown(${number})` {
  return DTYPES[dataType ?? 0] ?? `unknown(${dataType ?? 0})`;
}

export function dtypeNumber(dtype: DType): number {
  return DTYPES.indexOf(dtype);
}

/** What a tensor holds in memory. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

type Construct = { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Exclude<TensorValues, string[]> };

/** How each readable dtype lies in raw bytes; float16 and bfloat16 are given as their 16 bits. */
const ARRAYS: Partial<Record<DType, Construct>> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/**
 * The values of a tensor in row-major order, from raw or typed data alike.
 * @throws {OnnxError} onnx_tensor_invalid when dims and data disagree, onnx_dtype_unsupported for 4-bit, 8-bit float and complex
 */
export function tensorValues(tensor: TensorProto): TensorValues {
  const dtype = dtypeName(tensor.dataType);
  const values = dtype === 'string' ? readStrings(tensor) : readNumbers(tensor, dtype as DType);
  const expected = elementCount(tensor);
  if (BigInt(values.length) !== expected) {
    throw invalid(
      tensor,
      `has ${values.length} values for dims [${[...(tensor.dims ?? [])].join(', ')}]`,
      `${expected} values`,
    );
  }
  return values;
}

function elementCount(tensor: TensorProto): bigint {
  let count = 1n;
  for (const dim of tensor.dims ?? []) {
    if (dim < 0n) throw invalid(tensor, `has the dimension ${dim}`, 'dimensions of zero or more');
    count *= dim;
    // Stops bigints of hostile dims from growing; no real tensor comes near.
    if (count > 2n ** 53n) throw invalid(tensor, 'has impossible dims', 'fewer than 2^53 elements');
  }
  return count;
}

function readNumbers(tensor: TensorProto, dtype: DType): Exclude<TensorValues, string[]> {
  const construct = ARRAYS[dtype];
  if (construct === undefined) {
    throw new OnnxError('onnx_dtype_unsupported', `values of ${dtype} cannot be read`, {
      field: tensor.name ?? 'tensor',
      expected: Object.keys(ARRAYS).join(', '),
    });
  }
  if (tensor.rawData === undefined) return fromTyped(tensor, dtype, construct);
  if (tensor.rawData.length % construct.BYTES_PER_ELEMENT !== 0) {
    throw invalid(tensor, `has ${tensor.rawData.length} raw bytes`, `a multiple of ${construct.BYTES_PER_ELEMENT}`);
  }
  return new construct(tensor.rawData.slice().buffer);
}

function fromTyped(tensor: TensorProto, dtype: DType, construct: Construct): Exclude<TensorValues, string[]> {
  if (dtype === 'float32') return tensor.floatData ?? new Float32Array();
  if (dtype === 'float64') return tensor.doubleData ?? new Float64Array();
  if (dtype === 'int64') return tensor.int64Data ?? new BigInt64Array();
  if (dtype === 'uint64') return tensor.uint64Data ?? new BigUint64Array();
  if (dtype === 'uint32') return Uint32Array.from(tensor.uint64Data ?? [], Number);
  // The narrow types travel as int32, one element each.
  const wide = tensor.int32Data ?? new Int32Array();
  const values = new construct(new ArrayBuffer(wide.length * construct.BYTES_PER_ELEMENT));
  for (const [index, value] of wide.entries()) values[index] = value;
  return values;
}

function readStrings(tensor: TensorProto): string[] {
  return (tensor.stringData ?? []).map((bytes) => new TextDecoder().decode(bytes));
}

function invalid(tensor: TensorProto, what: string, expected: string): OnnxError {
  return new OnnxError('onnx_tensor_invalid', `tensor "${tensor.name ?? ''}" ${what}`, {
    field: tensor.name ?? 'tensor',
    expected,
  });
}

/** Bytes a tensor takes in the file, framing left out. */
export function tensorBytes(tensor: TensorProto): number {
  const strings = (tensor.stringData ?? []).reduce((sum, bytes) => sum + bytes.length, 0);
  return (
    (tensor.rawData?.length ?? 0) +
    (tensor.floatData?.byteLength ?? 0) +
    (tensor.doubleData?.byteLength ?? 0) +
    (tensor.int32Data?.byteLength ?? 0) +
    (tensor.int64Data?.byteLength ?? 0) +
    (tensor.uint64Data?.byteLength ?? 0) +
    strings
  );
}
