import type { DenseLayer, LayerUse } from '../rewrite/layers.ts';
import { DEFAULT_DOMAIN, isOperator, type Constant, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';
import type { GraphEdit } from '../rewrite/edit-graph.ts';
import { countReads, unnamed } from '../rewrite/edit-graph.ts';
import { rawTensor } from '../rewrite/constants.ts';

/**
 * The Add of a constant bias that alone reads a MatMul of matrices, and both as one Gemm. ONNX Runtime would make that
 * Gemm as well, but with a bias in float, and then dequantize the weights at every call.
 */
export function addAfter(
  { graph, ...model }: ModelProto,
  matmul: NodeProto,
  use: LayerUse,
  constantOf: (name: string) => Constant | undefined,
): { at: number; asGemm: NodeProto } | undefined {
  const [product = ''] = matmul.output;
  const at = graph.node.findIndex((each) => each.input.includes(product));
  const add = graph.node[at];
  if (use.op !== 'MatMul' || add === undefined || !isOperator(add, DEFAULT_DOMAIN, 'Add')) return undefined;
  const bias = add.input.find((name) => name !== product) ?? '';
  const found = constantOf(bias);
  const rows = found?.dims.slice(0, -1).reduce((count, dim) => count * dim, 1);
  const fits = found !== undefined && rows === 1 && found.dims.length <= 2;
  if (!fits || countReads({ graph, ...model }).get(product) !== 1) return undefined;
  return { at, asGemm: { ...matmul, input: [...matmul.input, bias], output: add.output } };
}

/**
 * ONNX Runtime merges a Gemm or MatMul with the Relu behind it into one float node, and then dequantizes the weights at
 * every call (24 × slower at 512 × 512); only a Relu whose result is quantized at once disappears before that. All others
 * are written as the larger of the value and zero, which is the same and stays apart.
 */
export function keepReluApart(edit: GraphEdit, layers: readonly DenseLayer[]): void {
  const { model } = edit;
  const { graph } = model;
  const reads = countReads(model);
  const uses = layers.flatMap((layer) => layer.uses);
  const quantizedReads = new Map<string, number>();
  for (const { activation } of uses) quantizedReads.set(activation, (quantizedReads.get(activation) ?? 0) + 1);
  const products = new Set(uses.flatMap(({ at }) => afterAdd(graph.node, graph.node[at]!.output[0] ?? '')));
  let zero: string | undefined;
  for (const [at, relu] of graph.node.entries()) {
    const [output = ''] = relu.output;
    const [input = ''] = relu.input;
    if (!isOperator(relu, DEFAULT_DOMAIN, 'Relu') || !products.has(input)) continue;
    if (quantizedReads.get(output) === reads.get(output)) continue;
    zero ??= edit.constant(rawTensor(edit.name('zero'), 'float32', [], Float32Array.of(0)));
    edit.replace(at, [{ ...unnamed('Max', [input, zero], [output]), name: relu.name ?? '' }]);
  }
}

/** A product, and what an Add right behind it gives. */
function afterAdd(nodes: readonly NodeProto[], product: string): string[] {
  const adds = nodes.filter((each) => isOperator(each, DEFAULT_DOMAIN, 'Add') && each.input.includes(product));
  return [product, ...adds.flatMap((each) => each.output)];
}
