import type { GraphProto, NodeProto } from '@plumbline/shared/onnx';
import type { ValueView } from '../../onnx/graph/value-type.ts';
import type { Constant } from './constants.ts';
import { intAt, numbersAt } from './constants.ts';

/** Dimensions of an input without rows: `sizes[0]` is filled in by the caller when the batch is open. */
export interface InputShape {
  view: ValueView;
  /** The leading dimension is open. */
  open: boolean;
  sizes: number[];
}

/** What a reader says of an axis: exactly so long, or at least. */
interface Demand {
  axis: number;
  size: number;
  exact: boolean;
}

/** Behind these an input has the axes it had. */
const KEEPS = new Set(['Identity', 'Cast', 'Scaler', 'Imputer', 'Normalizer', 'Dropout', 'Relu', 'Sigmoid', 'Tanh']);
const AFFINE = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Height and width of pictures of any size: enough for the usual five halvings. */
const PICTURE_SIDE = 32;

/**
 * Sizes for the dimensions that a graph leaves open, from the weights that read them; 1 where nothing tells. A symbol
 * that stands for the batch of one input is the batch everywhere.
 */
export function resolveShape(view: ValueView, graph: GraphProto, constants: Map<string, Constant>): InputShape {
  const demands = demandsOn(view.name, graph, constants);
  const rank = view.shape === null ? 1 + Math.max(1, ...demands.map(({ axis }) => axis)) : view.shape.length;
  const shape = view.shape ?? Array<null>(rank).fill(null);
  const sizes = shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    const its = demands.filter((demand) => demand.axis === axis);
    const exact = its.find((demand) => demand.exact)?.size;
    const otherwise = rank === 4 && axis >= 2 ? PICTURE_SIDE : 1;
    return exact ?? (its.length > 0 ? Math.max(...its.map(({ size }) => size)) : otherwise);
  });
  return { view, open: rank > 0 && typeof shape[0] !== 'number', sizes };
}

function demandsOn(input: string, graph: GraphProto, constants: Map<string, Constant>): Demand[] {
  const carriers = new Set([input]);
  return graph.node.flatMap((node) => {
    const at = node.input.findIndex((name) => carriers.has(name));
    if (at < 0) return [];
    const beside = AFFINE.has(node.opType ?? '') ? constants.get(node.input[1 - at] ?? '') : undefined;
    if (KEEPS.has(node.opType ?? '') || beside !== undefined) node.output.forEach((name) => carriers.add(name));
    return demandsOf(node, at, (place) => constants.get(node.input[place] ?? ''));
  });
}

function demandsOf(node: NodeProto, at: number, constant: (at: number) => Constant | undefined): Demand[] {
  const length = (...names: string[]): number => Math.max(0, ...names.map((name) => numbersAt(node, name).length));
  switch (node.opType) {
    case 'Gemm':
      return at === 0 ? exactly(1, constant(1)?.dims[intAt(node, 'transB', 0)]) : [];
    case 'MatMul':
    case 'MatMulInteger':
      return at === 0 ? exactly(Math.max(1, (constant(1)?.dims.length ?? 2) - 1), constant(1)?.dims.at(-2)) : [];
    case 'Conv':
    case 'ConvInteger':
    case 'QLinearConv': {
      const channels = constant(node.opType === 'QLinearConv' ? 3 : 1)?.dims[1];
      return at === 0 ? exactly(1, channels === undefined ? undefined : channels * intAt(node, 'group', 1)) : [];
    }
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return at === 0 ? exactly(2, constant(1)?.dims[2]) : [];
    case 'BatchNormalization':
      return at === 0 ? exactly(1, constant(1)?.dims[0]) : [];
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return perColumn((constant(1 - at)?.dims.length ?? 9) <= 2 ? (constant(1 - at)?.dims.at(-1) ?? 0) : 0);
    case 'Scaler':
      return perColumn(length('offset', 'scale'));
    case 'Imputer':
      return perColumn(length('imputed_value_floats', 'imputed_value_int64s'));
    case 'LinearClassifier':
    case 'LinearRegressor': {
      const rows =
        length('intercepts') || length('classlabels_ints', 'classlabels_strings') || intAt(node, 'targets', 1);
      return exactly(1, length('coefficients') / rows);
    }
    case 'SVMClassifier':
    case 'SVMRegressor': {
      const perClass = numbersAt(node, 'vectors_per_class').reduce((sum, count) => sum + count, 0);
      const count = perClass || intAt(node, 'n_supports', 0);
      return exactly(1, length(count === 0 ? 'coefficients' : 'support_vectors') / (count || 1));
    }
    case 'TreeEnsemble':
    case 'TreeEnsembleClassifier':
    case 'TreeEnsembleRegressor':
      return [{ axis: 1, size: 1 + largest(numbersAt(node, 'nodes_featureids')), exact: false }];
    case 'ArrayFeatureExtractor':
      return at === 0 ? [{ axis: 1, size: 1 + largest(constant(1)?.numbers() ?? [0]), exact: false }] : [];
    case 'Gather': {
      const axis = intAt(node, 'axis', 0);
      const isColumns = at === 0 && axis === 1;
      return isColumns ? [{ axis, size: 1 + largest(constant(1)?.numbers() ?? [0]), exact: false }] : [];
    }
    default:
      return [];
  }
}

function exactly(axis: number, size: number | undefined): Demand[] {
  return size === undefined || !Number.isInteger(size) || size < 1 ? [] : [{ axis, size, exact: true }];
}

/** A list of one number is for all columns and says nothing of their count. */
function perColumn(size: number): Demand[] {
  return size > 1 ? exactly(1, size) : [];
}

function largest(values: number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
