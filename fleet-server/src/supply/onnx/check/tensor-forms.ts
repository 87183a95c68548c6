import type { DType } from '@plumbline/shared/onnx';

/** The fields of a TensorProto that hold values, each of which has a length. */
export const VALUE_FIELDS = [
  'rawData',
  'floatData',
  'doubleData',
  'int32Data',
  'int64Data',
  'uint64Data',
  'stringData',
] as const;

interface TensorForm {
  /** Where values stand when they are not in `rawData`. */
  field: Exclude<(typeof VALUE_FIELDS)[number], 'rawData'>;
  /** Bits of one element in `rawData`, and in memory: a string is counted by what points to it. */
  bits: number;
  /** Entries of `field` for one element: 2 for complex numbers, a part where several share an int32. */
  perElement: number;
}

const form = (field: TensorForm['field'], bits: number, perElement = 1): TensorForm => ({ field, bits, perElement });

/** TensorProto in onnx.proto: which field holds which dtype. */
export const TENSOR_FORMS: Partial<Record<DType, TensorForm>> = {
  float32: form('floatData', 32),
  complex64: form('floatData', 64, 2),
  float64: form('doubleData', 64),
  complex128: form('doubleData', 128, 2),
  int64: form('int64Data', 64),
  uint64: form('uint64Data', 64),
  uint32: form('uint64Data', 32),
  int32: form('int32Data', 32),
  int16: form('int32Data', 16),
  uint16: form('int32Data', 16),
  float16: form('int32Data', 16),
  bfloat16: form('int32Data', 16),
  int8: form('int32Data', 8),
  uint8: form('int32Data', 8),
  bool: form('int32Data', 8),
  float8e4m3fn: form('int32Data', 8),
  float8e4m3fnuz: form('int32Data', 8),
  float8e5m2: form('int32Data', 8),
  float8e5m2fnuz: form('int32Data', 8),
  float8e8m0: form('int32Data', 8),
  int4: form('int32Data', 4, 1 / 2),
  uint4: form('int32Data', 4, 1 / 2),
  float4e2m1: form('int32Data', 4, 1 / 2),
  int2: form('int32Data', 2, 1 / 4),
  uint2: form('int32Data', 2, 1 / 4),
  string: form('stringData', 128),
};

/** More than any device of ours holds; what a model may declare, not what it may carry. */
export const MAX_TENSOR_BYTES = 2 ** 30;
