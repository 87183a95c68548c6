import type { ModelProto, NodeProto, TensorProto } from '@plumbline/shared/onnx';
import { floatTensor, int, node } from '../export/proto.ts';
import type { Random } from '../export/random-models.ts';
import { createRandom } from '../export/random-models.ts';
import { tensorType } from '../graph/value-type.ts';

/** For tests and measurements: seeded dense networks, the same on every machine. */
export interface NetShape {
  /** Inputs, hidden layers, outputs. */
  widths: number[];
  seed?: number;
  opset?: number;
  /** Default Gemm. `MatMul` is followed by Add. */
  operator?: 'Gemm' | 'MatMul';
  transB?: boolean;
}

/** `x` float32 `[N, inputs]` → Relu layers → Sigmoid → `p` float32 `[N, outputs]`; weights `w0`, biases `b0` and so on. */
export function randomNet(shape: NetShape): ModelProto {
  const { widths, operator = 'Gemm', transB = false } = shape;
  const random = createRandom(shape.seed ?? 1);
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  let from = 'x';
  for (const [layer, inputs] of widths.slice(0, -1).entries()) {
    const outputs = widths[layer + 1]!;
    const [weight, bias, output] = [`w${layer}`, `b${layer}`, `h${layer}`];
    const deviation = Math.sqrt(2 / inputs);
    initializers.push(
      floatTensor(weight, transB ? [outputs, inputs] : [inputs, outputs], normals(random, inputs * outputs, deviation)),
    );
    initializers.push(floatTensor(bias, [outputs], normals(random, outputs, 0.1)));
    if (operator === 'Gemm') nodes.push(node('Gemm', [from, weight, bias], [output], transB ? [int('transB', 1)] : []));
    else nodes.push(node('MatMul', [from, weight], [`m${layer}`]), node('Add', [`m${layer}`, bias], [output]));
    from = `r${layer}`;
    if (layer < widths.length - 2) nodes.push(node('Relu', [output], [from]));
    else nodes.push(node('Sigmoid', [output], ['p']));
  }
  return modelOf(nodes, initializers, { inputs: widths[0]!, outputs: widths.at(-1)!, opset: shape.opset ?? 17 });
}

/** A model of these nodes with `x` float32 `[N, inputs]` and `p` float32 `[N, outputs]`. */
export function modelOf(
  nodes: NodeProto[],
  initializer: TensorProto[],
  { inputs, outputs, opset = 17 }: { inputs: number; outputs: number; opset?: number },
): ModelProto {
  return {
    irVersion: 8n,
    opsetImport: [
      { domain: '', version: BigInt(opset) },
      { domain: 'ai.onnx.ml', version: 2n },
    ],
    graph: {
      name: 'net',
      node: nodes,
      initializer,
      input: [{ name: 'x', type: tensorType('float32', ['N', inputs]) }],
      output: [{ name: 'p', type: tensorType('float32', ['N', outputs]) }],
      valueInfo: [],
    },
    metadataProps: [],
    functions: [],
  };
}

/** Values of a normal distribution around zero. */
export function normals(random: Random, count: number, deviation = 1): Float32Array {
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
