import { countReads } from './edit-graph.ts';
import {
  DEFAULT_DOMAIN,
  attributeOf,
  createConstants,
  domainOf,
  type Constant,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';

/** One Gemm or MatMul that multiplies by the weights of a layer. */
export interface LayerUse {
  /** Index of the node in the main graph. */
  at: number;
  op: 'Gemm' | 'MatMul';
  /** Value the weights are multiplied with. */
  activation: string;
  /** Weights stand on the right and the activation is not transposed: what integer multiplication can take over. */
  plain: boolean;
  /** Weights lie as `[outputs, inputs]`. */
  transposed: boolean;
  alpha: number;
  beta: number;
}

/** Weights that are multiplied with, and everything that multiplies by them: what a recipe encodes or leaves. */
export interface DenseLayer {
  /** Names of its nodes, for people. */
  name: string;
  /** Value that holds the weights. */
  weight: string;
  constant: Constant;
  /** Axis of the weights along which every output of the layer has its own slice. */
  outputAxis: number;
  uses: LayerUse[];
  /** Nothing but these uses reads the weights. */
  exclusive: boolean;
}

/**
 * Layers of the main graph in the order in which they run: Gemm and MatMul with one constant operand of floats
 * and at least two dimensions.
 * @throws {OnnxError} onnx_tensor_invalid
 */
export function findLayers(model: ModelProto): DenseLayer[] {
  const constantOf = createConstants(model);
  const layers = new Map<string, DenseLayer>();
  for (const [at, node] of model.graph.node.entries()) {
    if (domainOf(node) !== DEFAULT_DOMAIN || (node.opType !== 'Gemm' && node.opType !== 'MatMul')) continue;
    const side = [1, 0].find((index) => (constantOf(node.input[index] ?? '')?.dims.length ?? 0) >= 2);
    if (side === undefined) continue;
    const weight = node.input[side]!;
    const constant = constantOf(weight)!;
    const use = useOf(node, node.opType, at, side);
    const known = layers.get(weight);
    const name = node.name ? node.name : (node.output[0] ?? '');
    if (known === undefined) {
      const outputAxis = constant.dims.length - ((side === 1) === use.transposed ? 2 : 1);
      layers.set(weight, { name, weight, constant, outputAxis, uses: [use], exclusive: false });
    } else {
      known.uses.push(use);
      known.name += ` + ${name}`;
    }
  }
  const reads = countReads(model);
  for (const layer of layers.values()) layer.exclusive = reads.get(layer.weight) === layer.uses.length;
  return [...layers.values()];
}

function useOf(node: NodeProto, op: LayerUse['op'], at: number, side: number): LayerUse {
  const flag = (name: string) => op === 'Gemm' && (attributeOf(node, name)?.i ?? 0n) !== 0n;
  return {
    at,
    op,
    activation: node.input[1 - side] ?? '',
    plain: side === 1 && !flag('transA'),
    transposed: flag(side === 1 ? 'transB' : 'transA'),
    alpha: op === 'Gemm' ? (attributeOf(node, 'alpha')?.f ?? 1) : 1,
    beta: op === 'Gemm' ? (attributeOf(node, 'beta')?.f ?? 1) : 1,
  };
}
