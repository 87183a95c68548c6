import { attributeOf } from '@plumbline/shared/onnx';
import { intAt, numbersAt, textsAt } from './constants.ts';
import type { Visit } from './support.ts';
import { addCategories, addCut, addNormal, addUniform, eachLane, laneOf, limitIndex, takeRaw } from './support.ts';

type Consume = (visit: Visit) => void;

/** Operators whose float inputs at these places are scales of a quantizer: small and positive. */
const SCALES: Record<string, readonly number[]> = {
  QuantizeLinear: [1],
  DequantizeLinear: [1],
  QLinearConv: [1, 4, 6],
  QLinearMatMul: [1, 4, 6],
  QLinearAdd: [1, 4, 6],
};

const QUANTIZED = { uint8: [0, 255], int8: [-128, 127] } as const;

const categories: Consume = ({ node, tap }) => {
  const words = ['keys_strings', 'cats_strings', 'classes_strings', 'pool_strings', 'stopwords'];
  const codes = ['keys_int64s', 'keys_floats', 'cats_int64s', 'pool_int64s'];
  const tensor = attributeOf(node, 'keys_tensor')?.t;
  const strict = node.opType === 'OneHotEncoder' && intAt(node, 'zeros', 1) === 0;
  eachLane(tap, (lane) => {
    const named = words.flatMap((name) => textsAt(node, name));
    const stored = (tensor?.stringData ?? []).map((bytes) => new TextDecoder().decode(bytes));
    const numbers = tensor !== undefined && stored.length === 0 ? numbersAt(node, 'keys_tensor') : [];
    addCategories(lane, [...named, ...stored], [...codes.flatMap((name) => numbersAt(node, name)), ...numbers], strict);
  });
};

const compare: Consume = ({ tap, at, constant }) => {
  const values = constant(1 - at)?.numbers() ?? [];
  const byColumn = !tap.shared && tap.lanes.length > 1 && values.length === tap.lanes.length;
  eachLane(tap, (lane, column) => {
    (byColumn ? [values[column]!] : values).forEach((value) => addCut(lane, value));
  });
  if (values.length === 0) dense({ tap });
};

const trees: Consume = ({ node, tap }) => {
  const features = numbersAt(node, 'nodes_featureids');
  const modes = textsAt(node, 'nodes_modes');
  const tags = ['nodes_values', 'nodes_values_as_tensor', 'nodes_splits'];
  const thresholds = tags.map((name) => numbersAt(node, name)).find((list) => list.length > 0) ?? [];
  const tracks = numbersAt(node, 'nodes_missing_value_tracks_true');
  const handles = tracks.some((track) => track === 1);
  features.forEach((feature, at) => {
    if (modes[at] !== 'LEAF') addCut(laneOf(tap, feature), thresholds[at] ?? Number.NaN);
  });
  const members = numbersAt(node, 'membership_values').filter(Number.isFinite);
  for (const feature of members.length > 0 ? new Set(features) : []) {
    members.forEach((member) => addCut(laneOf(tap, feature), member));
  }
  eachLane(tap, (lane) => {
    if (handles && !lane.filled) lane.column.missing = true;
    else if (!handles) takeRaw(lane);
  });
};

/** Half the draws make every column count alike in the score and put the score near its turning point. */
const linear: Consume = ({ node, tap }) => {
  dense({ tap });
  const weights = numbersAt(node, 'coefficients');
  const intercepts = numbersAt(node, 'intercepts');
  const width = tap.lanes.length;
  const outputs = weights.length / width;
  if (tap.shared || !Number.isInteger(outputs) || outputs === 0) return;
  // Two rows decide by their difference, and so do the first two of many.
  const row = (at: number): number[] => weights.slice(at * width, (at + 1) * width);
  const isMirrored = outputs > 1;
  const direction = row(0).map((weight, at) => weight - (isMirrored ? row(1)[at]! : 0));
  const bias = (intercepts[0] ?? 0) - (isMirrored ? (intercepts[1] ?? 0) : 0);
  const square = direction.reduce((sum, weight) => sum + weight * weight, 0);
  direction.forEach((weight, at) => {
    if (weight === 0) return;
    addNormal(laneOf(tap, at), (-bias * weight) / square, 2 / (Math.sqrt(width) * Math.abs(weight)));
  });
};

/** Kernels answer only near their support vectors. */
const kernel: Consume = ({ node, tap }) => {
  const width = tap.lanes.length;
  const vectors = numbersAt(node, 'support_vectors');
  const count = vectors.length / width;
  eachLane(tap, (lane, at) => {
    takeRaw(lane);
    if (tap.shared || !Number.isInteger(count) || count === 0) return addNormal(lane);
    const values = Array.from({ length: count }, (_, vector) => vectors[vector * width + at]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    addNormal(lane, mean, Math.sqrt(square) || 1);
  });
};

const quantize: Consume = ({ node, tap, at, constant }) => {
  const scale = constant(1)?.numbers();
  if (at !== 0 || scale?.length !== 1) return other({ node, tap, at, constant });
  const zero = constant(2)?.numbers()[0] ?? 0;
  const [low, high] = zero < 0 ? QUANTIZED.int8 : QUANTIZED.uint8;
  eachLane(tap, (lane) => {
    takeRaw(lane);
    addUniform(lane, (low - zero) * scale[0]!, (high - zero) * scale[0]!);
  });
};

function dense({ tap }: Pick<Visit, 'tap'>): void {
  eachLane(tap, (lane) => {
    takeRaw(lane);
    addNormal(lane);
  });
}

function other(visit: Visit): void {
  const { node, tap, at } = visit;
  if (SCALES[node.opType ?? '']?.includes(at)) eachLane(tap, (lane) => addUniform(lane, 0.01, 0.1));
  else dense(visit);
}

const RULES: Record<string, Consume> = {
  LabelEncoder: categories,
  OneHotEncoder: categories,
  CategoryMapper: categories,
  TfIdfVectorizer: categories,
  StringNormalizer: categories,
  TreeEnsemble: trees,
  TreeEnsembleClassifier: trees,
  TreeEnsembleRegressor: trees,
  LinearClassifier: linear,
  LinearRegressor: linear,
  SVMClassifier: kernel,
  SVMRegressor: kernel,
  Less: compare,
  LessOrEqual: compare,
  Greater: compare,
  GreaterOrEqual: compare,
  Equal: compare,
  QuantizeLinear: quantize,
  Binarizer: ({ node, tap }) => eachLane(tap, (lane) => addCut(lane, attributeOf(node, 'threshold')?.f ?? 0)),
  // The shape of a tensor says nothing of its values.
  Shape: () => undefined,
  Size: () => undefined,
  IsNaN: ({ tap }) => eachLane(tap, ({ column }) => (column.missing = true)),
  OneHot: ({ tap, at, constant }) => {
    const depth = constant(1)?.numbers()[0];
    if (at === 0 && depth !== undefined) eachLane(tap, (lane) => limitIndex(lane, depth));
  },
  Gather: ({ node, tap, at, constant }) => {
    const size = constant(0)?.dims.at(intAt(node, 'axis', 0));
    if (at === 1 && size !== undefined) eachLane(tap, (lane) => limitIndex(lane, size));
  },
  Cast: ({ node, tap }) => {
    const isText = intAt(node, 'to', 1) === STRING;
    if (!isText) eachLane(tap, ({ column }) => (column.numericText = true));
  },
};

/** TensorProto.DataType */
const STRING = 8;

/** Notes what a node tells of the columns it reads. `carried`: the columns go on behind it, so it need not tell all. */
export function consume(visit: Visit, carried: boolean): void {
  const rule = RULES[visit.node.opType ?? ''];
  if (rule !== undefined) rule(visit);
  else if (!carried) other(visit);
}
