import { expect, test } from 'vitest';
import type { TensorProto } from './messages.ts';
import type { DType } from './tensor.ts';
import { dtypeNumber, tensorValues } from './tensor.ts';

const of = (dtype: DType, rest: Partial<TensorProto>, ...dims: bigint[]): TensorProto => ({
  dataType: dtypeNumber(dtype),
  dims: BigInt64Array.from(dims),
  ...rest,
});

test.each([
  ['raw float32', of('float32', { rawData: Uint8Array.of(0, 0, 128, 63) }, 1n), Float32Array.of(1)],
  ['typed float32', of('float32', { floatData: Float32Array.of(1, 2) }, 1n, 2n), Float32Array.of(1, 2)],
  ['raw int64', of('int64', { rawData: new Uint8Array(8).fill(255) }), BigInt64Array.of(-1n)],
  ['int8 carried as int32', of('int8', { int32Data: Int32Array.of(-3, 4) }, 2n), Int8Array.of(-3, 4)],
  ['uint32 carried as uint64', of('uint32', { uint64Data: BigUint64Array.of(7n) }, 1n), Uint32Array.of(7)],
  ['strings', of('string', { stringData: [new TextEncoder().encode('é')] }, 1n), ['é']],
  ['an empty tensor', of('float64', {}, 0n), Float64Array.of()],
])('%s is read', (_what, tensor, values) => {
  expect(tensorValues(tensor)).toStrictEqual(values);
});

test.each([
  ['fewer values than dims say', of('float32', { floatData: Float32Array.of(1) }, 2n), 'onnx_tensor_invalid'],
  ['a torn element', of('float32', { rawData: new Uint8Array(5) }, 1n), 'onnx_tensor_invalid'],
  ['a negative dimension', of('float32', {}, -1n), 'onnx_tensor_invalid'],
  ['impossible dims', of('float32', {}, 2n ** 40n, 2n ** 40n), 'onnx_tensor_invalid'],
  ['4-bit values', of('int4', { rawData: new Uint8Array(1) }, 2n), 'onnx_dtype_unsupported'],
])('%s are refused', (_what, tensor, code) => {
  expect(() => tensorValues(tensor)).toThrow(expect.objectContaining({ code }));
});
