import type { LabData, LabTensor } from '../../ports/index.ts';

type TypedArray = Exclude<LabData, string[]>;

/** How each element type that JavaScript runtimes exchange lies in memory; `string` is a plain array. */
const ARRAYS: ReadonlyMap<string, new (length: number) => TypedArray> = new Map<
  string,
  new (length: number) => TypedArray
>([
  ['float32', Float32Array],
  ['float64', Float64Array],
  ['float16', Uint16Array],
  ['int8', Int8Array],
  ['uint8', Uint8Array],
  ['bool', Uint8Array],
  ['int16', Int16Array],
  ['uint16', Uint16Array],
  ['int32', Int32Array],
  ['uint32', Uint32Array],
  ['int64', BigInt64Array],
  ['uint64', BigUint64Array],
]);

/** Whether this is the kind of array in which tensors of `dtype` travel. */
export function holdsDtype(dtype: string, data: unknown): data is LabData {
  if (dtype === 'string') return Array.isArray(data) && data.every((one) => typeof one === 'string');
  const array = ARRAYS.get(dtype);
  return array !== undefined && data instanceof array;
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * dim, 1);
}

/** Bytes that tensors take, strings as UTF-16. */
export function sizeOf(tensors: readonly LabTensor[]): number {
  return tensors.reduce((sum, { data }) => sum + bytesOf(data), 0);
}

function bytesOf(data: LabData): number {
  return Array.isArray(data) ? data.reduce((sum, text) => sum + 2 * text.length, 0) : data.byteLength;
}
