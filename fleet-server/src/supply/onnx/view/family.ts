import { placedTensors } from '../check/places.ts';
import { domainOf, operatorName, type ModelProto } from '@plumbline/shared/onnx';
import { nodesOf } from '../graph/walk.ts';
import { treeShape } from './tree-shape.ts';

export interface FamilyView {
  family: 'trees' | 'linear' | 'dense' | 'convolutional' | 'recurrent' | 'vectors' | 'other';
  /** Some of its arithmetic is in whole numbers already. */
  quantized: boolean;
  /** Elements of all tensors the model carries; what trees keep in attributes is not counted. */
  parameters: number;
  /** For a person, e.g. `trees: 100 trees, 24,310 nodes, at most 12 splits deep`. */
  sentence: string;
}

/** Attributes of ai.onnx.ml that hold what elsewhere is a tensor. */
const LINEAR_WEIGHTS = new Set(['coefficients', 'intercepts']);
const RECURRENT = ['LSTM', 'GRU', 'RNN'];
const CONVOLUTION = ['Conv', 'ConvTranspose', 'ConvInteger', 'QLinearConv', 'DeformConv'];
const PRODUCT = ['Gemm', 'MatMul', 'MatMulInteger', 'QLinearMatMul'];
const QUANTIZED = /^(QLinear|Q?Gemm$|Quantize|Dequantize|DynamicQuantize|MatMulInteger|ConvInteger)/;
/** What stands between layers; Sigmoid and Softmax also follow a single one. */
const BENDING =
  /^(Relu|LeakyRelu|PRelu|ThresholdedRelu|Elu|Selu|Celu|Gelu|Tanh|HardSwish|Swish|Mish|Softplus|Softsign|Erf)$/;

/** A guess from operators and shapes alone; what a recipe can do with the model is asked of the recipe. */
export function guessFamily(model: ModelProto): FamilyView {
  const operators = new Map<string, number>();
  for (const { node } of nodesOf(model)) {
    const name = domainOf(node) === 'ai.onnx' ? (node.opType ?? '') : operatorName(node);
    operators.set(name, (operators.get(name) ?? 0) + 1);
  }
  const count = (names: readonly string[]) => names.reduce((sum, name) => sum + (operators.get(name) ?? 0), 0);
  let parameters = 0;
  for (const { node } of nodesOf(model)) {
    for (const { name, floats } of node.attribute)
      if (LINEAR_WEIGHTS.has(name ?? '')) parameters += floats?.length ?? 0;
  }
  for (const { item } of placedTensors(model)) {
    parameters += (item.dims ?? new BigInt64Array()).reduce((product, dim) => product * Number(dim), 1);
  }
  const quantized = [...operators.keys()].some((name) => QUANTIZED.test(name) && name !== 'Gemm');
  const [family, what] = guess(model, operators, count);
  const sentence = [
    `${family}: ${what}`,
    ...(family === 'trees' || family === 'vectors' ? [] : [counted(parameters, 'parameter')]),
    ...(quantized ? ['already quantized'] : []),
  ].join(', ');
  return { family, quantized, parameters, sentence };
}

type Guess = readonly [family: FamilyView['family'], what: string];

function guess(model: ModelProto, operators: ReadonlyMap<string, number>, count: (names: string[]) => number): Guess {
  const trees = treeShape(model);
  if (trees !== undefined) {
    const depth = trees.depth === null ? 'no readable depth' : `at most ${counted(trees.depth, 'split')} deep`;
    return ['trees', `${counted(trees.trees, 'tree')}, ${counted(trees.nodes, 'node')}, ${depth}`];
  }
  const recurrent = count(RECURRENT);
  if (recurrent > 0) return ['recurrent', counted(recurrent, 'recurrent layer')];
  const products = count(PRODUCT);
  const convolutions = count(CONVOLUTION);
  if (convolutions > 0) {
    return ['convolutional', `${counted(convolutions, 'convolution')} and ${counted(products, 'dense layer')}`];
  }
  const ofMl = (name: string) => operators.has(`ai.onnx.ml::${name}`);
  if (ofMl('SVMClassifier') || ofMl('SVMRegressor')) return ['vectors', 'a support vector machine'];
  if (ofMl('LinearClassifier') || ofMl('LinearRegressor')) return ['linear', 'one linear layer in ai.onnx.ml'];
  const nearby = products === 1 ? vectorsOf(operators) : undefined;
  if (nearby !== undefined) return ['vectors', nearby];
  if (products === 1 && ![...operators.keys()].some((name) => BENDING.test(name)))
    return ['linear', 'one linear layer'];
  if (products > 0) return ['dense', counted(products, 'dense layer')];
  const nodes = [...operators.values()].reduce((sum, one) => sum + one, 0);
  return ['other', `${counted(nodes, 'node')} without weights of a known kind`];
}

/** A product with rows of training data: what follows turns distances into an answer. */
function vectorsOf(operators: ReadonlyMap<string, number>): string | undefined {
  if (operators.has('TopK')) return 'nearest neighbours among rows it holds';
  return operators.has('Exp') && operators.has('ReduceSum') ? 'a kernel machine over rows it holds' : undefined;
}

/** E.g. `1 tree`, `24,310 nodes`. */
function counted(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}
