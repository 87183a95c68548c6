import { ATTRIBUTE, type GraphProto } from '@plumbline/shared/onnx';
import { BOOL, FLOAT, INT4, INT64, modelOf, node, value } from './onnx-graph.ts';

/* Models that a builder could sign by mistake or malice: each takes `x` float32 [N, 1] and promises `y`. */

/** y = log(x): NaN for every negative x. */
export function notFinite(): Uint8Array {
  return modelOf({ node: [node('Log', ['x'], ['y'])], output: [value('y', FLOAT, ['N', 1])] });
}

/** A well-behaved model whose output is not called what the manifest says. */
export function otherOutput(): Uint8Array {
  return modelOf({ node: [node('Log', ['x'], ['z'])], output: [value('z', FLOAT, ['N', 1])] });
}

/** A four-bit output: the JavaScript binding of ONNX Runtime aborts the process that reads it. */
export function aborting(): Uint8Array {
  const to = { name: 'to', type: ATTRIBUTE.int, i: BigInt(INT4) };
  return modelOf({ node: [node('Cast', ['x'], ['y'], [to])], output: [value('y', INT4, ['N', 1])] });
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
  return modelOf({
    node: [node('Loop', ['turns', 'yes', 'x'], ['y'], [{ name: 'body', type: ATTRIBUTE.graph, g: body }])],
    initializer: [
      { name: 'turns', dataType: INT64, dims: new BigInt64Array(), int64Data: BigInt64Array.of(2n ** 62n) },
      { name: 'yes', dataType: BOOL, dims: new BigInt64Array(), rawData: Uint8Array.of(1) },
    ],
    output: [value('y', FLOAT, ['N', 1])],
  });
}

/** Takes this much memory in one piece to answer 1 for 1. */
export function greedy(sizeMb: number): Uint8Array {
  const count = BigInt(sizeMb) * 262_144n;
  return modelOf({
    node: [node('Expand', ['x', 'shape'], ['all']), node('ReduceMax', ['all'], ['y'])],
    initializer: [
      { name: 'shape', dataType: INT64, dims: BigInt64Array.of(2n), int64Data: BigInt64Array.of(count, 1n) },
    ],
    output: [value('y', FLOAT, [1, 1])],
  });
}
