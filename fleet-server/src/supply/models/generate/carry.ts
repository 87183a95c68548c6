import { attributeOf, type NodeProto } from '@plumbline/shared/onnx';
import type { Constant } from './constants.ts';
import { intAt, numbersAt } from './constants.ts';
import type { Tap, Visit } from './support.ts';
import { addCut, eachLane, perColumn, scaled } from './support.ts';

/** Operators behind which each column is still there, and what their outputs carry; undefined where it ends. */
type Carry = (visit: Visit) => Tap | undefined;

const same: Carry = ({ tap, at }) => (at === 0 ? tap : undefined);

const CARRIES: Record<string, Carry> = {
  Identity: same,
  Dropout: same,
  Flatten: same,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  StringNormalizer: same,
  Cast: same,
  Scaler: ({ node, tap }) => {
    const [offset, scale] = [orOne(numbersAt(node, 'offset'), 0), orOne(numbersAt(node, 'scale'), 1)];
    const length = Math.max(offset.length, scale.length);
    const shifts = Array.from({ length }, (_, index) => -perColumn(offset, index) * perColumn(scale, index));
    return scaled(tap, scale, shifts);
  },
  Imputer: ({ node, tap }) => {
    const replaced = attributeOf(node, 'replaced_value_float')?.f ?? attributeOf(node, 'replaced_value_int64')?.i;
    const isMissing = replaced === undefined || Number.isNaN(Number(replaced));
    eachLane(tap, (lane) => {
      if (!isMissing) addCut(lane, Number(replaced));
      else if (!lane.filled) lane.column.missing = true;
    });
    return { ...tap, lanes: tap.lanes.map((lane) => lane && { ...lane, filled: lane.filled || isMissing }) };
  },
  Add: (visit) => affine(visit, (c) => [1, c]),
  Sub: (visit) => affine(visit, (c) => (visit.at === 0 ? [1, -c] : [-1, c])),
  Mul: (visit) => affine(visit, (c) => [c, 0]),
  Div: (visit) => (visit.at === 0 ? affine(visit, (c) => [1 / c, 0]) : undefined),
  Gather: ({ tap, at, node, constant }) => {
    const axis = intAt(node, 'axis', 0);
    if (at !== 0 || tap.shared) return at === 0 ? tap : undefined;
    return axis === 1 || axis === -1 ? select(tap, constant(1)) : undefined;
  },
  ArrayFeatureExtractor: ({ tap, at, constant }) => (at === 0 ? select(tap, constant(1)) : undefined),
  Slice: ({ tap, at, constant, node }) => {
    if (at !== 0 || tap.shared) return undefined;
    const [start, end, axis = 1, step = 1] = [1, 2, 3, 4].map((input) => constant(input)?.numbers()[0]);
    const from = start ?? numbersAt(node, 'starts')[0];
    const to = end ?? numbersAt(node, 'ends')[0];
    const along = constant(3) === undefined ? (numbersAt(node, 'axes')[0] ?? axis) : axis;
    if (from === undefined || to === undefined || step !== 1 || (along !== 1 && along !== -1)) return undefined;
    return { ...tap, lanes: tap.lanes.slice(from, to) };
  },
};

/** The taps of a node's outputs. */
export function carryOn(visit: Visit): (Tap | undefined)[] {
  const { node } = visit;
  if (node.opType === 'Split') return splitColumns(visit);
  const tap = CARRIES[node.opType ?? '']?.(visit);
  return [tap];
}

export function isCarried(opType: string): boolean {
  return Object.hasOwn(CARRIES, opType) || opType === 'Split' || opType === 'Concat' || opType === 'FeatureVectorizer';
}

/** Columns side by side; a tap of unknown width ends it, a constant takes the room of its columns. */
export function concatenate(
  node: NodeProto,
  taps: (Tap | undefined)[],
  constant: (at: number) => Constant | undefined,
): Tap | undefined {
  const axis = node.opType === 'Concat' ? intAt(node, 'axis', 1) : 1;
  if (axis !== 1 && axis !== -1) return undefined;
  const lanes: Tap['lanes'] = [];
  for (const [at, tap] of taps.entries()) {
    const width = constant(at)?.dims.at(-1);
    if (tap !== undefined && !tap.shared) lanes.push(...tap.lanes);
    else if (width !== undefined) lanes.push(...Array<undefined>(width).fill(undefined));
    else return undefined;
  }
  return { lanes, shared: false };
}

function orOne(list: number[], otherwise: number): number[] {
  return list.length === 0 ? [otherwise] : list;
}

function affine(visit: Visit, of: (constant: number) => [gain: number, shift: number]): Tap | undefined {
  const values = visit.constant(1 - visit.at)?.numbers();
  if (values === undefined || values.length === 0) return undefined;
  // One constant a column or one for all; a picture's mean and deviation by channel is roughly one for all.
  const used =
    values.length > 1 && visit.tap.shared ? [values.reduce((sum, one) => sum + one, 0) / values.length] : values;
  if (used.length > 1 && used.length !== visit.tap.lanes.length) return undefined;
  const pairs = used.map(of);
  return scaled(
    visit.tap,
    pairs.map(([gain]) => gain),
    pairs.map(([, shift]) => shift),
  );
}

function select(tap: Tap, indices: Constant | undefined): Tap | undefined {
  if (indices === undefined) return undefined;
  if (tap.shared) return tap;
  return { shared: false, lanes: indices.numbers().map((at) => tap.lanes.at(at)) };
}

function splitColumns({ node, tap, at, constant }: Visit): (Tap | undefined)[] {
  const axis = intAt(node, 'axis', 0);
  if (at !== 0 || tap.shared || (axis !== 1 && axis !== -1)) return [];
  const stated = constant(1)?.numbers() ?? numbersAt(node, 'split');
  const even = Math.ceil(tap.lanes.length / node.output.length);
  let from = 0;
  return node.output.map((_, part) => {
    const to = from + (stated[part] ?? even);
    const lanes = tap.lanes.slice(from, to);
    from = to;
    return { lanes, shared: false };
  });
}
