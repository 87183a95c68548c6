import type { GraphProto, NodeProto, ValueInfoProto } from '@plumbline/shared/onnx';
// By its own file: the contract of trials runs in browsers too, and the door of the room brings Node along.
import { encodeModel } from '../../../fleet-server/src/supply/onnx/codec/encode-model.ts';

/** Element types of TensorProto. */
export const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;
export const INT4 = 22;

export function value(name: string, elemType: number, dims: (number | string)[]): ValueInfoProto {
  const dim = dims.map((one) => (typeof one === 'string' ? { dimParam: one } : { dimValue: BigInt(one) }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: NodeProto['attribute'] = [],
): NodeProto {
  return { name: opType, opType, input, output, attribute };
}

/** A model of operator set 21 around this graph; unless it says otherwise its input is `x`, float32 [N, 1]. */
export function modelOf(graph: Partial<GraphProto>): Uint8Array {
  const input = [value('x', FLOAT, ['N', 1])];
  return encodeModel({
    irVersion: 10n,
    producerName: 'test',
    graph: { name: 'test', node: [], initializer: [], input, output: [], valueInfo: [], ...graph },
    opsetImport: [{ domain: '', version: 21n }],
    metadataProps: [],
    functions: [],
  });
}
