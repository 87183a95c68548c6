import {
  attributeOf,
  attributeReader,
  baseOf,
  dtypeName,
  isOperator,
  ML_DOMAIN,
  readV3,
  readV5,
  severalClasses,
  twoClasses,
  type NodeProto,
} from '../../onnx/index.ts';
import type { Column } from './columns.ts';
import { combine, linked, type Expression } from './expression.ts';
import { NotUnderstood, rowOf, type Value, type Walk } from './walk.ts';
import type { Leaves } from './leaves.ts';

type Scores = Extract<Value, { kind: 'scores' }>;

/** Weights of one multiplication; more take longer to read than an explanation is worth. */
const MOST_WEIGHTS = 200_000;

const TREES = new Set(['TreeEnsemble', 'TreeEnsembleClassifier', 'TreeEnsembleRegressor']);

/** Sums, trees and link functions. @returns undefined for operators that are none */
export function score(node: NodeProto, walk: Walk, leaves: Leaves): Value | undefined {
  const scores = (at = 0) => scoresAt(node, walk, leaves, at);
  if (isOperator(node, ML_DOMAIN, node.opType ?? '')) {
    const { opType = '' } = node;
    if (opType === 'LinearClassifier') return linearClassifier(node, scores());
    if (opType === 'LinearRegressor') return linearRegressor(node, scores());
    if (opType === 'Normalizer') return normalizer(node, scores());
    return TREES.has(opType) ? trees(node, walk, leaves) : undefined;
  }
  switch (node.opType) {
    case 'Sigmoid':
      return { ...scores(), scores: linked('sigmoid', scores().scores) };
    case 'Softmax': {
      const axis = attributeOf(node, 'axis')?.i ?? -1n;
      if ((axis !== 1n && axis !== -1n) || scores().dims.length !== 1) throw new NotUnderstood('spans rows by Softmax');
      return { ...scores(), scores: linked('softmax', scores().scores) };
    }
    case 'Clip':
      return clip(node, walk, scores());
    case 'Gemm':
    case 'MatMul':
      return multiply(node, walk, scores());
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return arithmetic(node, walk, leaves);
    case 'Concat': {
      const parts = node.input.map((_, at) => scores(at));
      const axis = attributeOf(node, 'axis')?.i;
      if ((axis !== 1n && axis !== -1n) || parts.some(({ dims }) => dims.length !== 1))
        throw new NotUnderstood('joins rows');
      return of(
        parts.flatMap((part) => part.scores),
        scores().dtype,
      );
    }
    case 'Cast': {
      const to = dtypeName(Number(attributeOf(node, 'to')?.i ?? 0n));
      const value = scores();
      // Numbers of leaves stay what they are; anything else would be cut.
      const kept = to === 'float32' || to === 'float64' || (to.startsWith('int') && leaves.areNumbers(value.scores));
      if (!kept) throw new NotUnderstood(`casts scores to ${to}`);
      return { ...value, dtype: to === 'float64' ? 'float64' : 'float32' };
    }
    case 'Gather': {
      const table = walk.constantOf(node.input[0] ?? '');
      if (table === undefined || (attributeOf(node, 'axis')?.i ?? 0n) !== 0n) throw new NotUnderstood('gathers scores');
      const [rows = 0, width = 0] = table.dims;
      const value = scores(1);
      if (table.dims.length !== 2 || value.dims.length !== 1) throw new NotUnderstood('gathers from no matrix');
      const gathered = leaves.lookedUp(value.scores, { rows, width, values: table.values });
      return { kind: 'scores', scores: gathered, dims: [value.scores.length, width], dtype: value.dtype };
    }
    case 'ReduceSum':
    case 'ReduceMean':
      return reduce(node, walk, scores());
    default:
      return undefined;
  }
}

function of(scores: Expression[], dtype: Value['dtype'] = 'float32'): Scores {
  return { kind: 'scores', scores, dims: [scores.length], dtype };
}

function scoresAt(node: NodeProto, walk: Walk, leaves: Leaves, at: number): Scores {
  const value = walk.valueOf(node.input[at] ?? '');
  if (value.kind === 'scores') return value;
  if (value.dtype === 'string') throw new NotUnderstood(`puts text into ${node.opType}`);
  return { ...value, kind: 'scores', scores: value.columns.map((column) => leaves.ofColumn(column)) };
}

/** Every output is a sum over the inputs. */
function sums(
  inputs: readonly Expression[],
  outputs: number,
  weightOf: (input: number, output: number) => number,
  plusOf: (output: number) => number,
): Expression[] {
  if (inputs.length * outputs > MOST_WEIGHTS) throw new NotUnderstood('has too many weights');
  return Array.from({ length: outputs }, (_, output) => {
    const sum = combine(inputs, (input) => weightOf(input, output), plusOf(output));
    if (sum === undefined) throw new NotUnderstood('adds up what went through a function');
    return sum;
  });
}

function multiply(node: NodeProto, walk: Walk, value: Scores): Scores {
  const weights = walk.constantOf(node.input[1] ?? '');
  if (weights?.dims.length !== 2 || value.dims.length !== 1)
    throw new NotUnderstood('multiplies by what is no constant matrix');
  const gemm = node.opType === 'Gemm';
  const flag = (name: string) => gemm && (attributeOf(node, name)?.i ?? 0n) !== 0n;
  const factor = (name: string) => (gemm ? (attributeOf(node, name)?.f ?? 1) : 1);
  if (flag('transA')) throw new NotUnderstood('transposes the rows');
  const [inputs = 0, outputs = 0] = flag('transB') ? weights.dims.toReversed() : weights.dims;
  if (inputs !== value.scores.length) throw new NotUnderstood('multiplies matrices that do not fit');
  const at = flag('transB')
    ? (input: number, output: number) => output * inputs + input
    : (input: number, output: number) => input * outputs + output;
  const [alpha, beta] = [factor('alpha'), factor('beta')];
  const bias = gemm && node.input[2] ? rowOf(walk.constantOf(node.input[2]), outputs) : undefined;
  const plusOf = (output: number) => beta * (bias?.[output] ?? 0);
  return of(
    sums(value.scores, outputs, (input, output) => alpha * weights.values[at(input, output)]!, plusOf),
    value.dtype,
  );
}

function arithmetic(node: NodeProto, walk: Walk, leaves: Leaves): Scores {
  const [left, right] = node.input.map((name) => walk.constantOf(name));
  const { opType } = node;
  if (left === undefined && right === undefined) {
    const [a, b] = [scoresAt(node, walk, leaves, 0), scoresAt(node, walk, leaves, 1)];
    if ((opType !== 'Add' && opType !== 'Sub') || a.scores.length !== b.scores.length)
      throw new NotUnderstood('multiplies scores');
    const times = opType === 'Add' ? 1 : -1;
    const added = a.scores.map((one, at) => combine([one, b.scores[at]!], (which) => (which === 0 ? 1 : times), 0));
    if (added.includes(undefined)) throw new NotUnderstood('adds up what went through a function');
    return { ...a, scores: added as Expression[] };
  }
  const value = scoresAt(node, walk, leaves, right === undefined ? 1 : 0);
  const row = rowOf(right ?? left, value.scores.length);
  if (right === undefined && opType === 'Div') throw new NotUnderstood('divides by a score');
  const times = (at: number) => {
    if (opType === 'Mul') return row[at]!;
    if (opType === 'Div') return 1 / row[at]!;
    return opType === 'Sub' && right === undefined ? -1 : 1;
  };
  const plus = (at: number) => {
    if (opType === 'Mul' || opType === 'Div') return 0;
    return opType === 'Sub' && right !== undefined ? -row[at]! : row[at]!;
  };
  return { ...value, scores: value.scores.map((one, at) => combine([one], () => times(at), plus(at))!) };
}

function clip(node: NodeProto, walk: Walk, value: Scores): Scores {
  const bound = (at: number, name: string, otherwise: number) => {
    const input = node.input[at] ?? '';
    if (input === '') return attributeOf(node, name)?.f ?? otherwise;
    return rowOf(walk.constantOf(input), 1)[0]!;
  };
  const [low, high] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  return { ...value, scores: value.scores.map((each) => ({ kind: 'clip', of: each, low, high })) };
}

function reduce(node: NodeProto, walk: Walk, value: Scores): Scores {
  const axes = walk.integersOf(node.input[1] ?? '') ?? Array.from(attributeOf(node, 'axes')?.ints ?? [], Number);
  const [parts = 0, width = 0] = value.dims;
  const keeps = (attributeOf(node, 'keepdims')?.i ?? 1n) !== 0n;
  if (axes.join() !== '1' || value.dims.length !== 2 || keeps) throw new NotUnderstood('reduces the rows');
  const times = node.opType === 'ReduceMean' ? 1 / parts : 1;
  const reduced = Array.from({ length: width }, (_, at) =>
    combine(
      value.scores.filter((_each, from) => from % width === at),
      () => times,
      0,
    ),
  );
  if (reduced.includes(undefined)) throw new NotUnderstood('adds up what went through a function');
  return of(reduced as Expression[], value.dtype);
}

function normalizer(node: NodeProto, value: Scores): Scores {
  const norm = attributeOf(node, 'norm')?.s;
  if (norm === undefined || new TextDecoder().decode(norm) !== 'L1')
    throw new NotUnderstood('normalizes by another norm than L1');
  return { ...value, scores: linked('normalise', value.scores) };
}

function transformed(post: string, scores: Expression[]): Expression[] {
  if (post === 'NONE') return scores;
  if (post === 'LOGISTIC') return linked('sigmoid', scores);
  if (post === 'SOFTMAX') return linked('softmax', scores);
  throw new NotUnderstood(`transforms by ${post}`);
}

function linearClassifier(node: NodeProto, value: Scores): Scores {
  const read = attributeReader(node, node.name ?? '');
  const coefficients = read.numbers('coefficients');
  const inputs = value.scores.length;
  const outputs = coefficients.length / inputs;
  const intercepts = read.numbers('intercepts');
  const classes = read.strings('classlabels_strings').length + read.ints('classlabels_ints').length;
  if (!Number.isInteger(outputs) || (intercepts.length !== outputs && intercepts.length !== 0)) {
    throw new NotUnderstood('has coefficients that do not fit');
  }
  const own = sums(
    value.scores,
    outputs,
    (input, output) => coefficients[output * inputs + input]!,
    (output) => intercepts[output] ?? 0,
  );
  const post = read.text('post_transform') ?? 'NONE';
  if (outputs === classes) return of(transformed(post, own));
  // One row of coefficients for two classes: the margin of the second, of which the first is the opposite.
  if (outputs !== 1 || classes !== 2 || post !== 'LOGISTIC')
    throw new NotUnderstood('scores fewer classes than it names');
  return of(transformed(post, [combine(own, () => -1, 0)!, own[0]!]));
}

function linearRegressor(node: NodeProto, value: Scores): Scores {
  const read = attributeReader(node, node.name ?? '');
  const coefficients = read.numbers('coefficients');
  const inputs = value.scores.length;
  const targets = read.int('targets', 1);
  const intercepts = read.numbers('intercepts');
  if (coefficients.length !== inputs * targets) throw new NotUnderstood('has coefficients that do not fit');
  const own = sums(
    value.scores,
    targets,
    (input, output) => coefficients[output * inputs + input]!,
    (output) => intercepts[output] ?? 0,
  );
  return of(transformed(read.text('post_transform') ?? 'NONE', own));
}

function trees(node: NodeProto, walk: Walk, leaves: Leaves): Scores {
  const value = walk.valueOf(node.input[0] ?? '');
  if (value.kind !== 'columns' || value.dtype === 'string' || value.dims.length !== 1)
    throw new NotUnderstood('has trees over scores');
  const double = value.dtype === 'float64';
  const operator =
    node.opType === 'TreeEnsemble' ? readV5(node, node.name ?? '', double) : readV3(node, node.name ?? '', double);
  const { ensemble, base, kind } = operator;
  if (ensemble.aggregate === 'MIN' || ensemble.aggregate === 'MAX')
    throw new NotUnderstood(`takes the ${ensemble.aggregate} of trees`);
  if (ensemble.members.size > 0) throw new NotUnderstood('asks for members of sets');
  if (!ensemble.leaves.weight.every(Number.isFinite)) throw new NotUnderstood('has weights that are not finite');
  // Integers are compared as float32.
  const rounded = value.dtype.startsWith('float') ? value.columns : value.columns.map(asFloat);
  const targets = leaves.ofTrees(ensemble, rounded);
  if (kind === 'classifier') {
    const decision =
      ensemble.targets > 2
        ? severalClasses(operator)
        : ensemble.targets === 2
          ? twoClasses(operator)
          : 'it has a single class';
    if (typeof decision === 'string') throw new NotUnderstood(`has classes by trees where ${decision}`);
    const { coefficients, intercepts } = decision.scores;
    const own = sums(
      targets,
      coefficients.length,
      (input, output) => coefficients[output]?.[input] ?? 0,
      (output) => intercepts[output] ?? 0,
    );
    return of(transformed(decision.postTransform, own));
  }
  const added = kind === 'ensemble' ? base : baseOf(operator);
  if (typeof added === 'string') throw new NotUnderstood(`has base values where ${added}`);
  // For a single target the runtime leaves the transform out.
  if (operator.postTransform !== 'NONE' && ensemble.targets === 1)
    throw new NotUnderstood('transforms a single target');
  const own = targets.map((each, at) => combine([each], () => 1, added[at] ?? 0)!);
  return of(transformed(operator.postTransform, own), double && kind === 'ensemble' ? 'float64' : 'float32');
}

function asFloat(column: Column): Column {
  return { ...column, steps: [...column.steps, { op: 'round' }] };
}
