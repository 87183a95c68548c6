import type { LayerEncoding } from './encoding.ts';
import { FRAMING_BYTES } from './encoding.ts';
import type { DenseLayer, LayerUse } from '../rewrite/layers.ts';
import { quantizeSlices, slicesOf, transpose } from '../rewrite/number-formats.ts';
import { notFinite } from './stored-weights.ts';
import { dtypeNumber, type NodeProto } from '@plumbline/shared/onnx';
import { int } from '../export/proto.ts';
import { rawTensor } from '../rewrite/constants.ts';
import type { GraphEdit } from '../rewrite/edit-graph.ts';
import { unnamed } from '../rewrite/edit-graph.ts';

/** Activations are quantized anew at every call, over all rows of the call; integers are multiplied. */
export const dynamicInt8: LayerEncoding = {
  recipe: 'dense-int8-dynamic',
  opset: 11,
  notes: ['activations are quantized over all rows of a call, so an answer depends a little on the rows beside it'],
  refuses: refusesIntegers,
  savesBytes: integerSavings,
  write(edit, layers) {
    const { graph } = edit.model;
    const integers = createIntegerWeights(edit);
    const activations = new Map<string, { quantized: string; scale: string; zero: string }>();
    for (const { layer, use } of usesInOrder(layers)) {
      const original = graph.node[use.at]!;
      const output = original.output[0]!;
      const weights = integers(layer, use);
      const nodes: NodeProto[] = [];
      let activation = activations.get(use.activation);
      if (activation === undefined) {
        const named = (what: string) => edit.name(`${use.activation}_${what}`);
        activation = { quantized: named('uint8'), scale: named('scale'), zero: named('zero') };
        activations.set(use.activation, activation);
        nodes.push(unnamed('DynamicQuantizeLinear', [use.activation], Object.values(activation)));
      }
      const [sums, wide, scale] = ['sums', 'wide', 'scale'].map((what) => edit.name(`${output}_${what}`)) as [
        string,
        string,
        string,
      ];
      const bias = scaledBias(edit, original, use);
      const product = bias === undefined ? output : edit.name(`${output}_product`);
      nodes.push(
        unnamed('MatMulInteger', [activation.quantized, weights.quantized, activation.zero], [sums]),
        unnamed('Cast', [sums], [wide], [int('to', dtypeNumber('float32'))]),
        unnamed('Mul', [activation.scale, weights.scale], [scale]),
        unnamed('Mul', [wide, scale], [product]),
      );
      if (bias !== undefined) nodes.push(...bias.nodes, unnamed('Add', [product, bias.name], [output]));
      edit.replace(use.at, nodes);
    }
  },
};

/** Why integers cannot take over the multiplication of a layer. */
export function refusesIntegers(layer: DenseLayer): string | undefined {
  if (layer.constant.dtype !== 'float32') return `it computes in ${layer.constant.dtype}`;
  if (layer.constant.dims.length !== 2) return 'its weights are not a matrix';
  if (!layer.uses.every((use) => use.plain)) return 'its weights stand on the left or its activations are transposed';
  if (!layer.exclusive) return 'its weights are read elsewhere as well';
  return notFinite(layer);
}

export function integerSavings({ constant, outputAxis, uses }: DenseLayer): number {
  const perUse = 8 * constant.dims[outputAxis]! + 2 * FRAMING_BYTES;
  return constant.storedBytes - constant.values.length - perUse * uses.length;
}

export function usesInOrder(layers: readonly DenseLayer[]): { layer: DenseLayer; use: LayerUse }[] {
  return layers.flatMap((layer) => layer.uses.map((use) => ({ layer, use }))).toSorted((a, b) => a.use.at - b.use.at);
}

export interface IntegerWeights {
  /** Names of the int8 weights `[inputs, outputs]` and of their float32 scales `[outputs]`, alpha included. */
  quantized: string;
  scale: string;
  scales: Float32Array;
}

/** Writes the weights of a use, once for all uses that lie and scale alike. */
export function createIntegerWeights(edit: GraphEdit): (layer: DenseLayer, use: LayerUse) => IntegerWeights {
  const stored = new Map<string, { name: string; scales: Float32Array }>();
  const scaled = new Map<string, IntegerWeights>();
  return (layer, use) => {
    const key = `${use.transposed ? 'transposed' : 'plain'} ${layer.weight}`;
    let matrix = stored.get(key);
    if (matrix === undefined) {
      const { dims, values } = layer.constant;
      const { quantized, scales } = quantizeSlices(values, slicesOf(dims, use.transposed ? 0 : 1));
      const [rows, columns] = dims as [number, number];
      const name = edit.name(`${layer.weight}_int8`);
      const laid = use.transposed ? transpose(quantized, rows, columns) : quantized;
      edit.constant(rawTensor(name, 'int8', use.transposed ? [columns, rows] : [rows, columns], laid));
      matrix = { name, scales };
      stored.set(key, matrix);
    }
    const known = scaled.get(`${use.alpha} ${key}`);
    if (known !== undefined) return known;
    const scales = matrix.scales.map((scale) => scale * use.alpha);
    const scale = edit.constant(rawTensor(edit.name(`${layer.weight}_scale`), 'float32', [scales.length], scales));
    const weights = { quantized: matrix.name, scale, scales };
    scaled.set(`${use.alpha} ${key}`, weights);
    return weights;
  };
}

/** What a Gemm adds after its product, times beta; undefined when it adds nothing. */
export function scaledBias(
  edit: GraphEdit,
  original: NodeProto,
  use: LayerUse,
): { name: string; nodes: NodeProto[] } | undefined {
  const bias = use.op === 'Gemm' ? original.input[2] : undefined;
  if (!bias || use.beta === 0) return undefined;
  if (use.beta === 1) return { name: bias, nodes: [] };
  const factor = edit.constant(rawTensor(edit.name('beta'), 'float32', [], Float32Array.of(use.beta)));
  const name = edit.name(`${bias}_scaled`);
  return { name, nodes: [unnamed('Mul', [bias, factor], [name])] };
}
