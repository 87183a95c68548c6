import type { DenseLayer, LayerUse } from '../rewrite/layers.ts';
import { findLayers } from '../rewrite/layers.ts';
import {
  DEFAULT_DOMAIN,
  attributeOf,
  createConstants,
  isOperator,
  type Constant,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '@plumbline/shared/onnx';
import { rawTensor } from '../rewrite/constants.ts';
import { countReads, createNames, unnamed } from '../rewrite/edit-graph.ts';
import { rankOf } from '../rewrite/rank.ts';

/** What a BatchNormalization of inference does to each column: `y = x × factor + shift`, in double. */
interface Affine {
  factors: Float64Array;
  shifts: Float64Array;
}

/**
 * Folds, in place, every BatchNormalization that is the only reader of a Gemm or MatMul (or of the bias added to one)
 * into weights and bias: computed in double, rounded once, so answers may move in their last digits.
 * @returns how many were folded
 */
export function foldBatchNorms(model: ModelProto): number {
  let folded = 0;
  // One at a time: each changes which nodes are left and what they read.
  while (foldOne(model)) folded += 1;
  return folded;
}

function foldOne(model: ModelProto): boolean {
  const { graph } = model;
  const norms = graph.node.filter((each) => isOperator(each, DEFAULT_DOMAIN, 'BatchNormalization'));
  if (norms.length === 0) return false;
  const constantOf = createConstants(model);
  const reads = countReads(model);
  const producers = new Map(graph.node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  const layers = new Map(
    findLayers(model).flatMap((layer) => (isFoldable(layer) ? [[graph.node[layer.uses[0]!.at]!, layer] as const] : [])),
  );
  const soleProducer = (name: string) => (reads.get(name) === 1 ? producers.get(name) : undefined);
  for (const norm of norms) {
    const from = norm.input[0] ?? '';
    const affine = affineOf(norm, constantOf);
    const before = soleProducer(from);
    if (affine === undefined || before === undefined || rankOf(model, from) !== 2) continue;
    const added = addedTo(before, constantOf);
    const multiplier = added === undefined ? before : soleProducer(added.product);
    const layer = multiplier && layers.get(multiplier);
    const width = affine.factors.length;
    if (multiplier === undefined || layer === undefined || layer.constant.dims[layer.outputAxis] !== width) continue;
    if (added !== undefined && layer.uses[0]!.op === 'Gemm') continue;
    const bias = biasOf(multiplier, layer.uses[0]!, added?.bias, constantOf, width);
    if (bias === undefined) continue;
    const shifts = affine.shifts.map((shift, column) => shift + affine.factors[column]! * bias[column]!);
    const name = createNames(model)(`${norm.output[0]}_bias`);
    const { dtype } = layer.constant;
    setInitializer(model, scaledWeights(layer, affine.factors));
    setInitializer(model, rawTensor(name, dtype, [width], dtype === 'float64' ? shifts : Float32Array.from(shifts)));
    absorb(model, { norm, multiplier, bias: name, isGemm: layer.uses[0]!.op === 'Gemm' });
    return true;
  }
  return false;
}

/** One use, read by nothing else, held in the file as it is computed with: scaling must not make the file larger. */
function isFoldable({ uses, exclusive, constant }: DenseLayer): boolean {
  const [use] = uses;
  const asStored = constant.storedBytes === constant.values.byteLength;
  return uses.length === 1 && exclusive && use!.plain && constant.dims.length === 2 && asStored;
}

function affineOf(norm: NodeProto, constantOf: (name: string) => Constant | undefined): Affine | undefined {
  const training = attributeOf(norm, 'training_mode')?.i ?? 0n;
  const spatial = attributeOf(norm, 'spatial')?.i ?? 1n;
  if (training !== 0n || spatial !== 1n || norm.output.slice(1).some((name) => name !== '')) return undefined;
  const parameters = norm.input.slice(1, 5).map((name) => constantOf(name)?.values);
  const [scale, bias, mean, variance] = parameters;
  if (!scale || !bias || !mean || !variance) return undefined;
  const epsilon = attributeOf(norm, 'epsilon')?.f ?? 1e-5;
  const factors = Float64Array.from(scale, (each, index) => each / Math.sqrt(variance[index]! + epsilon));
  const shifts = Float64Array.from(bias, (each, index) => each - mean[index]! * factors[index]!);
  return [...factors, ...shifts].every(Number.isFinite) ? { factors, shifts } : undefined;
}

/** The constant of an Add and the value it is added to. */
function addedTo(
  add: NodeProto,
  constantOf: (name: string) => Constant | undefined,
): { product: string; bias: Constant } | undefined {
  if (!isOperator(add, DEFAULT_DOMAIN, 'Add')) return undefined;
  const side = [1, 0].find((index) => constantOf(add.input[index] ?? '') !== undefined);
  if (side === undefined) return undefined;
  return { product: add.input[1 - side] ?? '', bias: constantOf(add.input[side]!)! };
}

/** What is added to each column before the norm; undefined when rows differ or it is not known. */
function biasOf(
  multiplier: NodeProto,
  use: LayerUse,
  added: Constant | undefined,
  constantOf: (name: string) => Constant | undefined,
  width: number,
): Float64Array | undefined {
  const gemmBias = use.op === 'Gemm' ? multiplier.input[2] : undefined;
  if (added === undefined && !gemmBias) return new Float64Array(width);
  const bias = added ?? constantOf(gemmBias!);
  const scalar = bias?.values.length === 1;
  if (bias === undefined || !(scalar || (bias.values.length === width && bias.dims.at(-1) === width))) return undefined;
  const values = Float64Array.from({ length: width }, (_, column) => bias.values[scalar ? 0 : column]!);
  return values.map((value) => value * use.beta);
}

function scaledWeights({ weight, constant, outputAxis }: DenseLayer, factors: Float64Array): TensorProto {
  const { dims, dtype, values } = constant;
  const inner = outputAxis === 0 ? dims[1]! : 1;
  const scaled = values.map((value, index) => value * factors[Math.floor(index / inner) % factors.length]!);
  return rawTensor(weight, dtype, dims, scaled);
}

/** Puts a tensor in the place of whatever gave the value of that name. */
function setInitializer({ graph }: ModelProto, tensor: TensorProto): void {
  graph.initializer = [...graph.initializer.filter(({ name }) => name !== tensor.name), tensor];
  graph.node = graph.node.filter((each) => !each.output.includes(tensor.name ?? ''));
}

function absorb(
  { graph }: ModelProto,
  fold: { norm: NodeProto; multiplier: NodeProto; bias: string; isGemm: boolean },
): void {
  const { norm, multiplier, bias, isGemm } = fold;
  const output = norm.output[0]!;
  if (isGemm) {
    multiplier.input = [...multiplier.input.slice(0, 2), bias];
    multiplier.attribute = multiplier.attribute.filter(({ name }) => name !== 'beta');
    multiplier.output = [output];
    graph.node = graph.node.filter((each) => each !== norm);
    return;
  }
  const add = { ...unnamed('Add', [multiplier.output[0]!, bias], [output]), name: norm.name ?? '' };
  graph.node = graph.node.map((each) => (each === norm ? add : each));
}
