import {
  encodeModel,
  type GraphProto,
  type NodeProto,
  type ValueInfoProto,
} from '../../fleet-server/src/supply/onnx/index.ts';
import { ATTRIBUTE } from '../../fleet-server/src/supply/onnx/codec/messages.ts';

/** Models that a builder could sign by mistake or malice: each takes `x` float32 [N, 1] and promises `y`. */
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
const INT4 = 22;

function value(name: string, elemType: number, dims: (number | string)[]): ValueInfoProto {
  const dim = dims.map((one) => (typeof one === 'string' ? { dimParam: one } : { dimValue: BigInt(one) }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function node(opType: string, input: string[], output: string[], attribute: NodeProto['attribute'] = []): NodeProto {
  return { name: opType, opType, input, output, attribute };
}

function model(graph: Partial<GraphProto>, opset = 21): Uint8Array {
  return encodeModel({
    irVersion: 10n,
    producerName: 'hostile',
    graph: {
      name: 'hostile',
      node: [],
      initializer: [],
      input: [value('x', FLOAT, ['N', 1])],
      output: [],
      valueInfo: [],
      ...graph,
    },
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    metadataProps: [],
    functions: [],
  });
}

/** y = log(x): NaN for every negative x. */
export function notFinite(): Uint8Array {
  return model({ node: [node('Log', ['x'], ['y'])], output: [value('y', FLOAT, ['N', 1])] });
}

/** A well-behaved model whose output is not called what the manifest says. */
export function otherOutput(): Uint8Array {
  return model({ node: [node('Log', ['x'], ['z'])], output: [value('z', FLOAT, ['N', 1])] });
}

/** A four-bit output: the JavaScript binding of ONNX Runtime aborts the process that reads it. */
export function aborting(): Uint8Array {
  const to = { name: 'to', type: ATTRIBUTE.int, i: BigInt(INT4) };
  return model({ node: [node('Cast', ['x'], ['y'], [to])], output: [value('y', INT4, ['N', 1])] });
}

/** A loop of 2^62 turns. */
export function hanging(): Uint8Array {
  const body: GraphProto = {
    name: 'body',
    node: [node('Identity', ['again'], ['more']), node('Add', ['in', 'in'], ['out'])],
    initializer: [],
    input: [value('turn', INT64, []), value('again', BOOL, []), value('in', FLOAT, ['N', 1])],
    output: [value('more', BOOL, []), value('out', FLOAT, ['N', 1])],
    valueInfo: [],
  };
  return model({
    node: [node('Loop', ['turns', 'yes', 'x'], ['y'], [{ name: 'body', type: ATTRIBUTE.graph, g: body }])],
    initializer: [
      { name: 'turns', dataType: INT64, dims: new BigInt64Array(), int64Data: BigInt64Array.of(2n ** 62n) },
      { name: 'yes', dataType: BOOL, dims: new BigInt64Array(), rawData: Uint8Array.of(1) },
    ],
    output: [value('y', FLOAT, ['N', 1])],
  });
}

/** Asks for 64 GB in one piece. */
export function greedy(): Uint8Array {
  return model({
    node: [node('Expand', ['x', 'shape'], ['all']), node('ReduceSum', ['all'], ['y'])],
    initializer: [
      { name: 'shape', dataType: INT64, dims: BigInt64Array.of(1n), int64Data: BigInt64Array.of(16_000_000_000n) },
    ],
    output: [value('y', FLOAT, [1, 1])],
  });
}
