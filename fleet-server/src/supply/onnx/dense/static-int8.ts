import { createIntegerWeights, integerSavings, refusesIntegers, scaledBias, usesInOrder } from './dynamic-int8.ts';
import type { LayerEncoding } from './encoding.ts';
import type { DenseLayer, LayerUse } from '../rewrite/layers.ts';
import type { Range, RangeMethod } from './ranges.ts';
import { uint8Of } from './ranges.ts';
import { addAfter, keepReluApart } from './static-neighbours.ts';
import { createConstants, type Constant, type NodeProto } from '@plumbline/shared/onnx';
import { int } from '../export/proto.ts';
import type { GraphEdit } from '../rewrite/edit-graph.ts';
import { unnamed } from '../rewrite/edit-graph.ts';
import { rawTensor } from '../rewrite/constants.ts';

const LARGEST_INT32 = 2 ** 31 - 1;

/** What calibration saw of an activation. */
export interface Seen extends Range {
  /** Undefined when runs differ. */
  rank: number | undefined;
}

/**
 * Activations as uint8 over ranges that calibration found, weights as int8 for each output, both between QuantizeLinear
 * and DequantizeLinear: the form that runtimes replace by integer arithmetic. Outputs of layers stay float.
 * @param seen by name of the activation
 */
export function staticInt8(method: RangeMethod, seen: ReadonlyMap<string, Seen>): LayerEncoding {
  return {
    recipe: `dense-int8-static-${method}`,
    opset: 13,
    notes: [],
    refuses(layer) {
      const unknown = layer.uses.find((use) => !seen.has(use.activation));
      return refusesIntegers(layer) ?? (unknown && 'the values that reach it in calibration are not all finite');
    },
    savesBytes: integerSavings,
    write: (edit, layers) => writeStatic(edit, layers, seen),
  };
}

function writeStatic(edit: GraphEdit, layers: readonly DenseLayer[], seen: ReadonlyMap<string, Seen>): void {
  const constantOf = createConstants(edit.model);
  const weightsOf = createDequantizedWeights(edit);
  const activations = new Map<string, { dequantized: string; scale: number }>();
  for (const { layer, use } of usesInOrder(layers)) {
    const original = edit.model.graph.node[use.at]!;
    const nodes: NodeProto[] = [];
    let activation = activations.get(use.activation);
    if (activation === undefined) {
      activation = quantizeActivation(edit, nodes, use.activation, seen.get(use.activation)!);
      activations.set(use.activation, activation);
    }
    const { matrix, scales } = weightsOf(layer, use);
    const operands = [activation.dequantized, matrix];
    const added = seen.get(use.activation)!.rank === 2 ? addAfter(edit.model, original, use, constantOf) : undefined;
    if (use.op === 'MatMul' && added === undefined) {
      nodes.push({ ...unnamed('MatMul', operands, original.output), name: original.name ?? '' });
    } else {
      const biasScales = scales.map((scale) => scale * activation.scale);
      nodes.push(...multiply(edit, added?.asGemm ?? original, use, { operands, biasScales, constantOf }));
    }
    edit.replace(use.at, nodes);
    if (added !== undefined) edit.replace(added.at, []);
  }
  keepReluApart(edit, layers);
}

/** Writes the weights of a use and what dequantizes them, once for all uses that lie and scale alike. */
function createDequantizedWeights(
  edit: GraphEdit,
): (layer: DenseLayer, use: LayerUse) => { matrix: string; scales: Float32Array } {
  const integers = createIntegerWeights(edit);
  const matrices = new Map<string, string>();
  return (layer, use) => {
    const { quantized, scale, scales } = integers(layer, use);
    const known = matrices.get(scale);
    if (known !== undefined) return { matrix: known, scales };
    const matrix = edit.name(`${layer.weight}_dequantized`);
    matrices.set(scale, matrix);
    const zeros = new Int8Array(scales.length);
    const zero = edit.constant(rawTensor(edit.name(`${layer.weight}_zero`), 'int8', [zeros.length], zeros));
    edit.first(unnamed('DequantizeLinear', [quantized, scale, zero], [matrix], [int('axis', 1)]));
    return { matrix, scales };
  };
}

function quantizeActivation(
  edit: GraphEdit,
  nodes: NodeProto[],
  from: string,
  range: Range,
): { dequantized: string; scale: number } {
  const { scale, zero } = uint8Of(range);
  const constants = [
    edit.constant(rawTensor(edit.name(`${from}_scale`), 'float32', [], Float32Array.of(scale))),
    edit.constant(rawTensor(edit.name(`${from}_zero`), 'uint8', [], Uint8Array.of(zero))),
  ];
  const [quantized, dequantized] = [edit.name(`${from}_uint8`), edit.name(`${from}_dequantized`)];
  nodes.push(unnamed('QuantizeLinear', [from, ...constants], [quantized]));
  nodes.push(unnamed('DequantizeLinear', [quantized, ...constants], [dequantized]));
  return { dequantized, scale };
}

interface Operands {
  operands: string[];
  biasScales: Float32Array;
  constantOf: (name: string) => Constant | undefined;
}

/** A Gemm over what comes out of DequantizeLinear; alpha is part of the scales, beta of the bias. */
function multiply(edit: GraphEdit, gemm: NodeProto, use: LayerUse, given: Operands): NodeProto[] {
  const { operands, biasScales, constantOf } = given;
  const [output = ''] = gemm.output;
  const name = gemm.name ?? '';
  const bias = use.beta === 0 ? '' : (gemm.input[2] ?? '');
  if (bias === '') return [{ ...unnamed('Gemm', operands, [output]), name }];
  const integers = integerBias(constantOf(bias), use.beta, biasScales);
  if (integers === undefined) {
    const added = scaledBias(edit, gemm, use)!;
    const product = edit.name(`${output}_product`);
    return [
      { ...unnamed('Gemm', operands, [product]), name },
      ...added.nodes,
      unnamed('Add', [product, added.name], [output]),
    ];
  }
  const dims = [integers.length];
  const constants = [
    edit.constant(rawTensor(edit.name(`${bias}_int32`), 'int32', dims, integers)),
    edit.constant(rawTensor(edit.name(`${bias}_scale`), 'float32', dims, biasScales)),
    edit.constant(rawTensor(edit.name(`${bias}_zero`), 'int32', dims, new Int32Array(integers.length))),
  ];
  const dequantized = edit.name(`${bias}_dequantized`);
  return [
    unnamed('DequantizeLinear', constants, [dequantized], [int('axis', 0)]),
    { ...unnamed('Gemm', [...operands, dequantized], [output]), name },
  ];
}

/** Undefined when the bias is no constant of one value for each output, or too large beside its scale. */
function integerBias(bias: Constant | undefined, beta: number, scales: Float32Array): Int32Array | undefined {
  if (bias === undefined || bias.values.length !== scales.length || bias.dims.at(-1) !== scales.length) {
    return undefined;
  }
  const steps = Array.from(bias.values, (value, index) => Math.round((value * beta) / scales[index]!));
  return steps.every((each) => Math.abs(each) <= LARGEST_INT32) ? Int32Array.from(steps) : undefined;
}
