import { dtypeNumber, type DType, type TensorProto, type TensorValues } from '@plumbline/shared/onnx';

/** A tensor of raw data with these values; float16 is given as its bits. */
export function rawTensor(
  name: string,
  dtype: DType,
  dims: number[],
  values: Exclude<TensorValues, string[]>,
): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dataType: dtypeNumber(dtype), dims: BigInt64Array.from(dims, BigInt), rawData };
}
