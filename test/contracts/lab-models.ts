import type { LabData, LabTensor } from '../../fleet-server/src/platform/ports/index.ts';
import { ATTRIBUTE, dtypeNumber, type DType } from '@plumbline/shared/onnx';
import { FLOAT, modelOf, node, value } from '../contracts-agent/models/onnx-graph.ts';

/** Four values of each element type that JavaScript runtimes exchange, the awkward ones among them. */
export const VALUES: Readonly<Partial<Record<DType, LabData>>> = {
  float32: Float32Array.of(1.5, NaN, -Infinity, -0),
  float64: Float64Array.of(1e300, NaN, Infinity, -0),
  // 1, NaN, -Infinity, -0
  float16: Uint16Array.of(0x3c00, 0x7e01, 0xfc00, 0x8000),
  int8: Int8Array.of(1, -128, 127, 0),
  uint8: Uint8Array.of(1, 255, 128, 0),
  int16: Int16Array.of(1, -32_768, 32_767, 0),
  uint16: Uint16Array.of(1, 65_535, 32_768, 0),
  int32: Int32Array.of(1, -(2 ** 31), 2 ** 31 - 1, 0),
  uint32: Uint32Array.of(1, 2 ** 32 - 1, 2 ** 31, 0),
  int64: BigInt64Array.of(1n, -(2n ** 63n), 2n ** 63n - 1n, 0n),
  uint64: BigUint64Array.of(1n, 2n ** 64n - 1n, 2n ** 63n, 0n),
  bool: Uint8Array.of(1, 0, 1, 0),
  string: ['a', '', 'é€😀', ' b\n'],
};

/** y = x for any element type; two dimensions of any size, or none. */
export function identity(dtype: DType, dims: (number | string)[] = ['N', 'M']): Uint8Array {
  const elemType = dtypeNumber(dtype);
  return modelOf({
    node: [node('Identity', ['x'], ['y'])],
    input: [value('x', elemType, dims)],
    output: [value('y', elemType, dims)],
  });
}

/** Two outputs, in this order: `twice` = 2x and `zero` = x - x. */
export function twoOutputs(): Uint8Array {
  return modelOf({
    node: [node('Add', ['x', 'x'], ['twice']), node('Sub', ['x', 'x'], ['zero'])],
    output: [value('twice', FLOAT, ['N', 1]), value('zero', FLOAT, ['N', 1])],
  });
}

/** The first output, `y` = x, is a tensor, the second, `list`, a sequence of one. */
export function withSequence(): Uint8Array {
  const element = value('y', FLOAT, ['N', 1]).type;
  return modelOf({
    node: [node('Identity', ['x'], ['y']), node('SequenceConstruct', ['x'], ['list'])],
    output: [
      value('y', FLOAT, ['N', 1]),
      { name: 'list', type: { sequenceType: element === undefined ? {} : { elemType: element } } },
    ],
  });
}

/** y = x · w with a `w` of this many MB: as large a file. */
export function heavy(sizeMb: number): Uint8Array {
  const columns = sizeMb * 262_144;
  const weights = new Float32Array(columns).fill(0.5);
  const axes = { name: 'keepdims', type: ATTRIBUTE.int, i: 1n };
  return modelOf({
    node: [node('MatMul', ['x', 'w'], ['all']), node('ReduceMax', ['all'], ['y'], [axes])],
    initializer: [
      {
        name: 'w',
        dataType: FLOAT,
        dims: BigInt64Array.of(1n, BigInt(columns)),
        rawData: new Uint8Array(weights.buffer),
      },
    ],
    output: [value('y', FLOAT, [1, 1])],
  });
}

/** A column of float32 for the input `x`. */
export function column(...values: number[]): LabTensor {
  return { name: 'x', dtype: 'float32', dims: [values.length, 1], data: Float32Array.from(values) };
}

/** What tells -0 from 0 and one NaN from another. */
export function bitsOf(data: LabData): unknown {
  return Array.isArray(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}
