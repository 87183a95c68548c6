import type { BranchTable, TreeOperator } from './ensemble.ts';
import { AGGREGATES, createLeaves, MODE_NAMES, MOST_TARGETS, POST_TRANSFORMS, unshare } from './ensemble.ts';
import type { AttributeReader } from '../graph/attribute-reader.ts';
import { attributeReader } from '../graph/attribute-reader.ts';
import type { NodeProto } from '../codec/messages.ts';

const LARGEST_ID = 2 ** 31 - 1;

/**
 * Reads TreeEnsembleClassifier and TreeEnsembleRegressor, versions 1 and 3. Nodes and trees may come in any order.
 * As in ONNX Runtime, weights of branches are ignored, and with a single target only the first weight of a leaf counts.
 * @param double x is float64, so that splits and weights are compared and added as such
 * @throws {OnnxError} onnx_fitted_invalid naming node and attribute
 */
export function readV3(node: NodeProto, path: string, double: boolean): TreeOperator {
  const read = attributeReader(node, path);
  const classifier = node.opType === 'TreeEnsembleClassifier';
  const labels = classifier ? readLabels(read) : undefined;
  const targets =
    labels === undefined
      ? read.count('n_targets', 1, MOST_TARGETS)
      : 'ints' in labels
        ? labels.ints.length
        : labels.strings.length;
  const weights = readWeights(read, classifier ? 'class' : 'target', targets);
  const round = double ? (value: number) => value : Math.fround;
  const { table, leaves } = readTable(read, weights, targets, round);
  return {
    kind: classifier ? 'classifier' : 'regressor',
    ensemble: {
      ...unshare(table, read),
      leaves,
      targets,
      aggregate: classifier
        ? 'SUM'
        : read.oneOf('aggregate_function', read.text('aggregate_function') ?? 'SUM', AGGREGATES),
      double,
    },
    base: read.numbers('base_values').map(round),
    postTransform: read.oneOf('post_transform', read.text('post_transform') ?? 'NONE', POST_TRANSFORMS),
    ...(labels === undefined ? {} : { labels }),
    weighted: { targets: new Set(weights.target), allPositive: weights.weight.every((weight) => !(weight < 0)) },
  };
}

function readLabels(read: AttributeReader): { strings: Uint8Array[] } | { ints: BigInt64Array } {
  const strings = read.strings('classlabels_strings');
  const ints = read.ints('classlabels_int64s');
  if (strings.length + ints.length > 0) return strings.length > 0 ? { strings } : { ints };
  throw read.malformed('classlabels_int64s', 'is absent, and classlabels_strings too', 'one label a class');
}

type Weights = ReturnType<typeof readWeights>;

function readWeights(read: AttributeReader, prefix: 'class' | 'target', targets: number) {
  const target = read.indices(`${prefix}_ids`, targets);
  const tree = read.indices(`${prefix}_treeids`, LARGEST_ID);
  const node = read.indices(`${prefix}_nodeids`, LARGEST_ID);
  const weight = read.numbers(`${prefix}_weights`);
  read.lengths(target.length, {
    [`${prefix}_treeids`]: tree,
    [`${prefix}_nodeids`]: node,
    [`${prefix}_weights`]: weight,
  });
  return { prefix, target, tree, node, weight };
}

function readTable(read: AttributeReader, weights: Weights, targets: number, round: (value: number) => number) {
  const trees = read.indices('nodes_treeids', LARGEST_ID);
  const size = trees.length;
  const ids = read.indices('nodes_nodeids', LARGEST_ID);
  const modes = read.strings('nodes_modes');
  const split = read.numbers('nodes_values').map(round);
  const feature = read.indices('nodes_featureids', LARGEST_ID);
  const missingTrue = read.ints('nodes_missing_value_tracks_true');
  const hitRates = read.numbers('nodes_hitrates');
  const onTrue = read.ints('nodes_truenodeids');
  const onFalse = read.ints('nodes_falsenodeids');
  read.lengths(
    size,
    {
      nodes_nodeids: ids,
      nodes_modes: modes,
      nodes_values: split,
      nodes_featureids: feature,
      nodes_truenodeids: onTrue,
      nodes_falsenodeids: onFalse,
    },
    { nodes_missing_value_tracks_true: missingTrue, nodes_hitrates: hitRates },
  );
  const rows = rowIndex(read, trees, ids);
  const mode = modes.map((bytes, row) => modeOf(read, bytes, row));
  const entries = entriesByRow(weights, rows, size);
  const leaves = createLeaves();
  const references = mode.map((branch, row) => {
    if (branch !== LEAF) return row;
    const own = targets === 1 ? entries(row).slice(0, 1) : entries(row);
    const rowsOf = hitRates[row] ?? 1;
    return ~leaves.idOf(
      own.map((at) => weights.target[at]!),
      own.map((at) => round(weights.weight[at]!)),
      rowsOf > 0 && rowsOf < Infinity ? rowsOf : 1,
    );
  });
  const child = (name: string, column: BigInt64Array) =>
    Int32Array.from(mode, (branch, row) =>
      branch === LEAF ? -1 : references[rows.find(trees[row]!, Number(column[row]!), name, row)]!,
    );
  const table: BranchTable = {
    roots: new Int32Array(),
    feature,
    mode: Uint8Array.from(mode),
    split,
    onTrue: child('nodes_truenodeids', onTrue),
    onFalse: child('nodes_falsenodeids', onFalse),
    missingTrue: Uint8Array.from({ length: size }, (_, row) => (missingTrue[row] === 1n ? 1 : 0)),
    members: new Map(),
  };
  const referred = new Uint8Array(size);
  for (const [row, branch] of mode.entries()) {
    if (branch === LEAF) continue;
    for (const column of [onTrue, onFalse]) referred[rows.find(trees[row]!, Number(column[row]!), '', row)] = 1;
  }
  const roots = rootsOf(read, trees, referred).map((row) => references[row]!);
  return { table: { ...table, roots: Int32Array.from(roots) }, leaves: leaves.finish() };
}

/** Rows by tree id and node id, which need be neither contiguous nor in order. */
function rowIndex(read: AttributeReader, trees: Int32Array, ids: Int32Array) {
  const byTree = new Map<number, Map<number, number>>();
  for (const [row, tree] of trees.entries()) {
    const nodes = byTree.get(tree) ?? new Map<number, number>();
    byTree.set(tree, nodes);
    if (nodes.has(ids[row]!)) {
      throw read.malformed(`nodes_nodeids[${row}]`, `is ${ids[row]} a second time in tree ${tree}`, 'one node an id');
    }
    nodes.set(ids[row]!, row);
  }
  return {
    find(tree: number, id: number, attribute: string, at: number): number {
      const row = byTree.get(tree)?.get(id);
      if (row !== undefined) return row;
      throw read.malformed(`${attribute}[${at}]`, `is ${id}`, `a node of tree ${tree}`);
    },
  };
}

/** For each row, the places of its weights in file order; weights of a node that does not exist are refused. */
function entriesByRow(weights: Weights, rows: ReturnType<typeof rowIndex>, size: number) {
  const count = new Int32Array(size + 1);
  const rowOf = weights.target.map((_, at) => {
    const row = rows.find(weights.tree[at]!, weights.node[at]!, `${weights.prefix}_nodeids`, at);
    count[row + 1]! += 1;
    return row;
  });
  for (let row = 0; row < size; row += 1) count[row + 1]! += count[row]!;
  const next = count.slice();
  const sorted = new Int32Array(rowOf.length);
  for (const [at, row] of rowOf.entries()) {
    sorted[next[row]!] = at;
    next[row]! += 1;
  }
  return (row: number): number[] => [...sorted.subarray(count[row]!, count[row + 1]!)];
}

/** The first node of each tree that is nobody's child, trees in order of appearance. */
function rootsOf(read: AttributeReader, trees: Int32Array, referred: Uint8Array): number[] {
  const roots = new Map<number, number | undefined>();
  for (const [row, tree] of trees.entries()) {
    if (roots.get(tree) === undefined) roots.set(tree, referred[row] === 0 ? row : undefined);
  }
  return [...roots].map(([tree, row]) => {
    if (row !== undefined) return row;
    throw read.malformed('nodes_truenodeids', `leads back to the start of tree ${tree}`, 'trees without a cycle');
  });
}

const LEAF = 255;
const MODE_BY_NAME = new Map<string, number>([
  ...MODE_NAMES.map((name, mode) => [name, mode] as const),
  ['LEAF', LEAF],
]);

function modeOf(read: AttributeReader, bytes: Uint8Array, row: number): number {
  const name = new TextDecoder().decode(bytes);
  const mode = MODE_BY_NAME.get(name);
  if (mode !== undefined) return mode;
  throw read.malformed(`nodes_modes[${row}]`, `is "${name}"`, [...MODE_BY_NAME.keys()].join(', '));
}
