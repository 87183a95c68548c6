import { DEFAULT_DOMAIN, domainOf, ML_DOMAIN, operatorName } from './operator.ts';
import { describeValue, feedsOf } from './value-type.ts';
import { nodesOf } from './walk.ts';
import type { ModelProto, ValueInfoProto } from '../codec/messages.ts';
import { OnnxError } from '../onnx-error.ts';

const DOMAINS = new Set([DEFAULT_DOMAIN, ML_DOMAIN]);

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

/** @throws {OnnxError} onnx_operator_unsupported naming the node and `domain::op` */
export function refuseForeignOperators(model: ModelProto): void {
  for (const { node, path } of nodesOf(model)) {
    if (DOMAINS.has(domainOf(node))) continue;
    throw new OnnxError('onnx_operator_unsupported', `node "${node.name ?? ''}" is a ${operatorName(node)}`, {
      kind: 'refused',
      field: path,
      expected: `an operator of ${[...DOMAINS].join(' or ')}`,
    });
  }
}

/** @throws {OnnxError} onnx_dtype_unsupported naming the graph input or output */
export function refuseUnreadableTypes(model: ModelProto): void {
  checkAll(feedsOf(model.graph), 'input');
  checkAll(model.graph.output, 'output');
}

function checkAll(values: ValueInfoProto[], side: 'input' | 'output'): void {
  for (const value of values) {
    const { name, dtype } = describeValue(value);
    if (PORTABLE.has(dtype)) continue;
    throw new OnnxError('onnx_dtype_unsupported', `${side} "${name}" is ${dtype}, which a device cannot exchange`, {
      kind: 'refused',
      field: `graph.${side} "${name}"`,
      expected: `a tensor of ${[...PORTABLE].join(', ')}`,
    });
  }
}
