import type { TreeOperator } from './ensemble.ts';
import { AGGREGATES, createLeaves, MODE, MOST_TARGETS, POST_TRANSFORMS, unshare } from './ensemble.ts';
import type { AttributeReader } from '../graph/attribute-reader.ts';
import { attributeReader } from '../graph/attribute-reader.ts';
import type { NodeProto } from '../codec/messages.ts';

const LARGEST_ID = 2 ** 31 - 1;

/**
 * Reads TreeEnsemble, version 5.
 * @param double x is float64
 * @throws {OnnxError} onnx_fitted_invalid naming node and attribute
 */
export function readV5(node: NodeProto, path: string, double: boolean): TreeOperator {
  const read = attributeReader(node, path);
  const targets = read.count('n_targets', 1, MOST_TARGETS);
  const target = read.indices('leaf_targetids', targets);
  const weight = read.tensor('leaf_weights');
  read.lengths(target.length, { leaf_weights: weight });
  const leaves = createLeaves();
  const leafIds = target.map((at, leaf) => leaves.idOf([at], [weight[leaf]!]));
  const table = readBranches(read, leafIds);
  return {
    kind: 'ensemble',
    ensemble: {
      ...unshare(table, read),
      leaves: leaves.finish(),
      targets,
      aggregate: numbered(read, 'aggregate_function', 1, AGGREGATES),
      double,
    },
    base: new Float64Array(),
    postTransform: numbered(read, 'post_transform', 0, POST_TRANSFORMS),
    weighted: { targets: new Set(target), allPositive: weight.every((value) => !(value < 0)) },
  };
}

function numbered<T>(read: AttributeReader, name: string, fallback: number, names: readonly T[]): T {
  const number = read.int(name, fallback);
  const known = names[number];
  if (known !== undefined) return known;
  throw read.malformed(name, `is ${number}`, `0 to ${names.length - 1}`);
}

function readBranches(read: AttributeReader, leafIds: Int32Array) {
  const feature = read.indices('nodes_featureids', LARGEST_ID);
  const size = feature.length;
  const mode = read.tensor('nodes_modes');
  const split = read.tensor('nodes_splits');
  const trueLeaf = read.ints('nodes_trueleafs');
  const falseLeaf = read.ints('nodes_falseleafs');
  const onTrue = read.ints('nodes_truenodeids');
  const onFalse = read.ints('nodes_falsenodeids');
  const missingTrue = read.ints('nodes_missing_value_tracks_true');
  read.lengths(
    size,
    {
      nodes_modes: mode,
      nodes_splits: split,
      nodes_trueleafs: trueLeaf,
      nodes_falseleafs: falseLeaf,
      nodes_truenodeids: onTrue,
      nodes_falsenodeids: onFalse,
    },
    { nodes_missing_value_tracks_true: missingTrue },
  );
  const unknown = mode.findIndex((value) => value > MODE.member);
  if (unknown >= 0) throw read.malformed(`nodes_modes[${unknown}]`, `is ${mode[unknown]}`, `0 to ${MODE.member}`);
  const children = (name: string, ids: BigInt64Array, leaf: BigInt64Array) =>
    Int32Array.from({ length: size }, (_, row) => {
      const [id, count] = [Number(ids[row]), leaf[row] === 0n ? size : leafIds.length];
      if (id < 0 || id >= count) throw read.malformed(`${name}[${row}]`, `is ${id}`, `0 to ${count - 1}`);
      return leaf[row] === 0n ? id : ~leafIds[id]!;
    });
  return {
    roots: read.indices('tree_roots', size),
    feature,
    mode: Uint8Array.from(mode),
    split,
    onTrue: children('nodes_truenodeids', onTrue, trueLeaf),
    onFalse: children('nodes_falsenodeids', onFalse, falseLeaf),
    missingTrue: Uint8Array.from({ length: size }, (_, row) => (missingTrue[row] === 1n ? 1 : 0)),
    members: readMembers(read, mode),
  };
}

/** The sets of all branches in mode `member` follow each other, each ended by a NaN. */
function readMembers(read: AttributeReader, mode: Float64Array): Map<number, Float64Array> {
  const values = read.tensor('membership_values');
  const members = new Map<number, Float64Array>();
  let from = 0;
  for (const [row, value] of mode.entries()) {
    if (value !== MODE.member) continue;
    let to = from;
    while (to < values.length && !Number.isNaN(values[to]!)) to += 1;
    if (to === from) throw read.malformed('membership_values', `has no set for branch ${row}`, 'one set a branch');
    members.set(row, values.slice(from, to));
    from = to + 1;
  }
  return members;
}
