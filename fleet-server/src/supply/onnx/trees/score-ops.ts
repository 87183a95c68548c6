import { mergeConstants } from './codebooks.ts';
import {
  createLeaves,
  dtypeNumber,
  isLeafRef,
  leafCount,
  leafOf,
  type AttributeProto,
  type Ensemble,
  type NodeProto,
  type PostTransform,
  type TensorProto,
  type TreeOperator,
  baseOf,
  plus,
  severalClasses,
  twoClasses,
  type Combination,
} from '@plumbline/shared/onnx';
import { writeV5 } from './write-v5.ts';
import { floats, floatTensor, int, ints, mlNode, node, string, strings } from '../export/proto.ts';

/** What one operator becomes; `initializers` are new tensors of the graph. */
export interface Rewritten {
  nodes: NodeProto[];
  initializers: TensorProto[];
}

/** Names of the operator's values, and what the graph around it allows. */
export interface Surroundings {
  input: string;
  output: string[];
  /** Dtype of the input. */
  dtype: string;
  fresh: (wish: string) => string;
  /** Version of the default operator set. */
  opset: number;
}

/** Oldest default operator set whose Cast, Gather and ReduceSum are written here. */
const OLDEST_OPSET = 7;

/** Square matrices of more targets than this would outweigh the trees. */
const MOST_COMBINED = 256;

/**
 * The operator as TreeEnsemble 5, followed by operators that make of the sums what ONNX Runtime makes of them in the
 * older versions: LinearClassifier and LinearRegressor of ai.onnx.ml, which add base values, transform and pick the
 * label by the same code, and exist in every version of that domain, so that nothing else in the graph has to change.
 * @returns a sentence saying why not when that cannot be done exactly
 */
export function rewriteAsV5(operator: TreeOperator, around: Surroundings): Rewritten | string {
  const { ensemble } = operator;
  if (!ensemble.leaves.weight.every((weight) => Number.isFinite(weight)) || !operator.base.every(Number.isFinite)) {
    return 'its weights are not all finite';
  }
  if (around.dtype === 'float16') return 'its input is float16, which no runtime takes for trees';
  const given: Rewritten = { nodes: [], initializers: [] };
  const input = floatInput(around, given);
  const finished = operator.kind === 'classifier' ? classify(operator, around) : regress(operator, around);
  if (typeof finished === 'string') return finished;
  const summed = sumTrees(finished.ensemble, finished.postTransform, input, finished.sums, around);
  if (typeof summed === 'string') return summed;
  return {
    nodes: [...given.nodes, ...summed.nodes, ...finished.nodes],
    initializers: summed.initializers,
  };
}

/** Integers become float32, as the older versions compare them; Scaler does it in ai.onnx.ml. */
function floatInput({ input, dtype, fresh }: Surroundings, given: Rewritten): string {
  if (dtype === 'float32' || dtype === 'float64') return input;
  const cast = fresh(`${input}_float`);
  given.nodes.push(
    mlNode('Scaler', [input], [cast], [floats('offset', Float32Array.of(0)), floats('scale', Float32Array.of(1))]),
  );
  return cast;
}

interface Finish {
  ensemble: Ensemble;
  postTransform: PostTransform;
  /** The value that carries the sums. */
  sums: string;
  nodes: NodeProto[];
}

function regress(operator: TreeOperator, around: Surroundings): Finish | string {
  const { kind, postTransform } = operator;
  const output = around.output[0] ?? '';
  const base = baseOf(operator);
  if (typeof base === 'string') return base;
  const ensemble = mergeConstants(operator.ensemble, base, false);
  const added = base.every((value) => value === 0) || ensemble.aggregate === 'SUM';
  // The older versions give float32 whatever they are fed.
  const narrow = ensemble.double && kind === 'regressor';
  if (narrow && around.opset < OLDEST_OPSET) return `ai.onnx ${around.opset} has no Cast for its float64 sums`;
  if (narrow && !added) return 'it adds base values to the mean, least or largest of float64 weights';
  if (narrow) {
    const sums = around.fresh(`${output}_double`);
    return { ensemble, postTransform, sums, nodes: [node('Cast', [sums], [output], [castTo('float32')])] };
  }
  if (added) return { ensemble, postTransform, sums: output, nodes: [] };
  if (ensemble.targets > MOST_COMBINED) return `it adds ${ensemble.targets} base values`;
  const sums = around.fresh(`${output}_sums`);
  const { coefficients, intercepts } = plus(base);
  const combine = mlNode(
    'LinearRegressor',
    [sums],
    [output],
    [
      floats('coefficients', Float32Array.from(coefficients.flat())),
      floats('intercepts', Float32Array.from(intercepts)),
      int('targets', ensemble.targets),
      string('post_transform', postTransform),
    ],
  );
  return { ensemble, postTransform: 'NONE', sums, nodes: [combine] };
}

function classify(operator: TreeOperator, around: Surroundings): Finish | string {
  const labels = operator.labels!;
  const classes = operator.ensemble.targets;
  if (classes > MOST_COMBINED) return `it has ${classes} classes`;
  const how = classes > 2 ? severalClasses(operator) : classes === 2 ? twoClasses(operator) : 'it has a single class';
  if (typeof how === 'string') return how;
  const [label = '', scores = ''] = around.output;
  const prefix = scores || label;
  const sums = around.fresh(`${prefix}_sums`);
  const linear = (from: Combination, post: PostTransform, outputs: string[], names: AttributeProto) =>
    mlNode('LinearClassifier', [sums], outputs, [
      floats('coefficients', Float32Array.from(from.coefficients.flat())),
      floats('intercepts', Float32Array.from(from.intercepts)),
      string('post_transform', post),
      names,
    ]);
  const named = (name: string, what: string) => (name === '' ? around.fresh(`${prefix}_${what}`) : name);
  const own = labelAttribute(labels);
  const nodes =
    how.label === undefined
      ? [linear(how.scores, how.postTransform, [named(label, 'label'), named(scores, 'scores')], own)]
      : [
          linear(
            how.label,
            'NONE',
            [named(label, 'label'), around.fresh(`${prefix}_margins`)],
            how.numbered ? ZERO_AND_ONE : own,
          ),
          linear(how.scores, how.postTransform, [around.fresh(`${prefix}_unused`), named(scores, 'scores')], own),
        ];
  return { ensemble: mergeConstants(operator.ensemble, new Float64Array(), false), postTransform: 'NONE', sums, nodes };
}

/** The sums of the trees `[N, targets]`. */
function sumTrees(
  ensemble: Ensemble,
  postTransform: PostTransform,
  input: string,
  output: string,
  around: Surroundings,
): Rewritten | string {
  const lengths = Array.from(
    { length: leafCount(ensemble.leaves) },
    (_, leaf) => ensemble.leaves.start[leaf + 1]! - ensemble.leaves.start[leaf]!,
  );
  const extreme = ensemble.aggregate === 'MIN' || ensemble.aggregate === 'MAX';
  if (extreme && lengths.includes(0)) return 'it takes the least or largest weight, and some leaves have none';
  if (lengths.every((length) => length <= 1)) {
    return { nodes: [writeV5(ensemble, postTransform, input, output)], initializers: [] };
  }
  if (extreme) return 'it takes the least or largest of leaves with several weights';
  if (postTransform !== 'NONE') return `it applies ${postTransform} to leaves with several weights`;
  if (around.opset < OLDEST_OPSET) return `ai.onnx ${around.opset} is too old to gather leaves with several weights`;
  return gatherLeaves(ensemble, input, output, around);
}

/**
 * A leaf of version 5 has one weight. So each tree, as a target of its own, gives the number of a leaf, and the weights
 * of that leaf are gathered from a table `[leaves, targets]` and added up in float64.
 */
function gatherLeaves(ensemble: Ensemble, input: string, output: string, around: Surroundings): Rewritten {
  const { leaves, targets, double } = ensemble;
  const count = leafCount(leaves);
  const table = new Float64Array(count * targets);
  for (let leaf = 0; leaf < count; leaf += 1) {
    const { targets: own, weights } = leafOf(leaves, leaf);
    for (const [at, target] of own.entries()) table[leaf * targets + target]! += weights[at]!;
  }
  const value = (what: string) => around.fresh(`${output}_${what}`);
  const [numbers, whole, rows, wide, sums] = ['numbers', 'ids', 'rows', 'table_double', 'double'].map(value) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [name, axes] = [value('table'), value('axis')];
  const reduced = around.opset >= 13;
  const reducer = ensemble.aggregate === 'AVERAGE' ? 'ReduceMean' : 'ReduceSum';
  const byInput = reducer === 'ReduceSum' ? reduced : around.opset >= 18;
  return {
    nodes: [
      writeV5(numberLeaves(ensemble), 'NONE', input, numbers),
      node('Cast', [numbers], [whole], [castTo('int32')]),
      // Runtimes compute this once, when they load the model.
      ...(double ? [] : [node('Cast', [name], [wide], [castTo('float64')])]),
      node('Gather', [double ? name : wide, whole], [rows], [int('axis', 0)]),
      byInput
        ? node(reducer, [rows, axes], [sums], [int('keepdims', 0)])
        : node(reducer, [rows], [sums], [ints('axes', BigInt64Array.of(1n)), int('keepdims', 0)]),
      node('Cast', [sums], [output], [castTo(double && around.dtype === 'float64' ? 'float64' : 'float32')]),
    ],
    initializers: [
      double
        ? doubleTensor(name, [count, targets], table)
        : floatTensor(name, [count, targets], Float32Array.from(table)),
      ...(byInput
        ? [
            {
              name: axes,
              dataType: dtypeNumber('int64'),
              dims: BigInt64Array.of(1n),
              rawData: bytes(BigInt64Array.of(1n)),
            },
          ]
        : []),
    ],
  };
}

/** The same branches; each tree is a target, and each leaf weighs its own number. */
function numberLeaves(ensemble: Ensemble): Ensemble {
  const leaves = createLeaves();
  const [onTrue, onFalse] = [ensemble.onTrue.slice(), ensemble.onFalse.slice()];
  const roots = ensemble.roots.map((root, tree) => {
    const numbered = (reference: number) => (isLeafRef(reference) ? ~leaves.idOf([tree], [~reference]) : reference);
    const open = isLeafRef(root) ? [] : [root];
    while (open.length > 0) {
      const at = open.pop()!;
      for (const column of [onTrue, onFalse]) {
        if (!isLeafRef(column[at]!)) open.push(column[at]!);
        column[at] = numbered(column[at]!);
      }
    }
    return numbered(root);
  });
  return { ...ensemble, roots, onTrue, onFalse, leaves: leaves.finish(), targets: roots.length, aggregate: 'SUM' };
}

const ZERO_AND_ONE = ints('classlabels_ints', BigInt64Array.of(0n, 1n));

function labelAttribute(labels: NonNullable<TreeOperator['labels']>): AttributeProto {
  if ('ints' in labels) return ints('classlabels_ints', labels.ints);
  return { ...strings('classlabels_strings', []), strings: labels.strings };
}

function castTo(dtype: 'float32' | 'float64' | 'int32'): AttributeProto {
  return int('to', dtypeNumber(dtype));
}

function doubleTensor(name: string, dims: number[], values: Float64Array): TensorProto {
  return { name, dataType: dtypeNumber('float64'), dims: BigInt64Array.from(dims, BigInt), rawData: bytes(values) };
}

function bytes(values: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
