import { describeValue, feedsOf } from './value-type.ts';
import { OnnxError, quoted, type ModelProto, type ValueInfoProto } from '@plumbline/shared/onnx';

/**
 * What a JavaScript runtime can take in and give out. An INT4 or UINT4 output aborts the whole process,
 * which cannot be caught; the others are merely unreadable.
 */
const PORTABLE = new Set([
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);

/** @param dtype as `dtypeName` gives it */
export function isExchangeable(dtype: string): boolean {
  return PORTABLE.has(dtype);
}

/** @throws {OnnxError} onnx_dtype_unsupported naming the graph input or output */
export function refuseUnreadableTypes(model: ModelProto): void {
  checkAll(feedsOf(model.graph), 'input');
  checkAll(model.graph.output, 'output');
}

function checkAll(values: ValueInfoProto[], side: 'input' | 'output'): void {
  for (const value of values) {
    const { name, dtype } = describeValue(value);
    if (isExchangeable(dtype)) continue;
    throw new OnnxError(
      'onnx_dtype_unsupported',
      `${side} ${quoted(name)} is ${dtype}, which a device cannot exchange`,
      {
        kind: 'refused',
        field: `graph.${side} ${quoted(name)}`,
        expected: `a tensor of ${[...PORTABLE].join(', ')}`,
      },
    );
  }
}
