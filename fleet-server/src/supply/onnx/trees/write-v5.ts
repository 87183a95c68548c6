import {
  AGGREGATES,
  MODE,
  POST_TRANSFORMS,
  branchCount,
  dtypeNumber,
  isLeafRef,
  leafCount,
  leafUses,
  type Ensemble,
  type NodeProto,
  type PostTransform,
  type TensorProto,
} from '@plumbline/shared/onnx';
import { byteTensor, floatTensor, int, ints, mlNode, tensor } from '../export/proto.ts';

/**
 * TreeEnsemble of ai.onnx.ml 5 from `input` `[N, F]` to `output` `[N, targets]`. Every leaf must have at most one
 * weight; one without adds 0 to target 0.
 */
export function writeV5(ensemble: Ensemble, postTransform: PostTransform, input: string, output: string): NodeProto {
  const full = plantStumps(ensemble);
  const { branches, leaves } = layOut(full);
  const rowOf = invert(branches);
  const leafRow = invert(leaves);
  const column = (values: { readonly [at: number]: number }) =>
    BigInt64Array.from(branches, (at) => BigInt(values[at]!));
  const child = (references: Int32Array) =>
    BigInt64Array.from(branches, (at) => {
      const reference = references[at]!;
      return BigInt(isLeafRef(reference) ? leafRow[~reference]! : rowOf[reference]!);
    });
  const leafFlags = (references: Int32Array) =>
    BigInt64Array.from(branches, (at) => (isLeafRef(references[at]!) ? 1n : 0n));
  const { leaves: table } = full;
  const numbers = (values: Float64Array) => numberTensor(values, full.double);
  const members = membersOf(full, branches);
  return mlNode(
    'TreeEnsemble',
    [input],
    [output],
    [
      int('aggregate_function', AGGREGATES.indexOf(full.aggregate)),
      int('n_targets', full.targets),
      int('post_transform', POST_TRANSFORMS.indexOf(postTransform)),
      ints(
        'tree_roots',
        BigInt64Array.from(full.roots, (root) => BigInt(rowOf[root]!)),
      ),
      ints('nodes_featureids', column(full.feature)),
      tensor('nodes_splits', numbers(Float64Array.from(branches, (at) => full.split[at]!))),
      tensor(
        'nodes_modes',
        byteTensor(
          '',
          Uint8Array.from(branches, (at) => full.mode[at]!),
        ),
      ),
      ints('nodes_truenodeids', child(full.onTrue)),
      ints('nodes_trueleafs', leafFlags(full.onTrue)),
      ints('nodes_falsenodeids', child(full.onFalse)),
      ints('nodes_falseleafs', leafFlags(full.onFalse)),
      // Absent means that NaN goes to the false branch everywhere.
      ...(full.missingTrue.includes(1) ? [ints('nodes_missing_value_tracks_true', column(full.missingTrue))] : []),
      ...(members.length > 0 ? [tensor('membership_values', numbers(members))] : []),
      ints(
        'leaf_targetids',
        BigInt64Array.from(leaves, (leaf) => BigInt(table.target[table.start[leaf]!] ?? 0)),
      ),
      tensor('leaf_weights', numbers(Float64Array.from(leaves, (leaf) => weightOf(full, leaf)))),
    ],
  );
}

function weightOf({ leaves }: Ensemble, leaf: number): number {
  return leaves.start[leaf] === leaves.start[leaf + 1] ? 0 : leaves.weight[leaves.start[leaf]!]!;
}

/** Where each element stands in a permutation. */
function invert(order: Int32Array): Int32Array {
  const place = new Int32Array(order.length);
  for (const [at, element] of order.entries()) place[element] = at;
  return place;
}

/** The sets in order of the rows, each ended by NaN. */
function membersOf(ensemble: Ensemble, branches: Int32Array): Float64Array {
  const values: number[] = [];
  for (const at of branches) {
    if (ensemble.mode[at] === MODE.member) values.push(...ensemble.members.get(at)!, Number.NaN);
  }
  return Float64Array.from(values);
}

/**
 * A root must be a branch, and ONNX Runtime mistakes one whose sides are the same leaf for the leaf of its number.
 * So a tree that is a single leaf becomes a branch over two leaves of equal weight.
 */
function plantStumps(ensemble: Ensemble): Ensemble {
  const bare = ensemble.roots.filter((root) => isLeafRef(root));
  if (bare.length === 0) return ensemble;
  const { leaves } = ensemble;
  const size = ensemble.feature.length;
  const twins = [...new Set(bare)];
  const start = [...leaves.start];
  const [target, weight] = [[...leaves.target], [...leaves.weight]];
  for (const root of twins) {
    target.push(...leaves.target.subarray(leaves.start[~root]!, leaves.start[~root + 1]!));
    weight.push(...leaves.weight.subarray(leaves.start[~root]!, leaves.start[~root + 1]!));
    start.push(target.length);
  }
  const zeros = Array.from(bare, () => 0);
  let planted = size;
  return {
    ...ensemble,
    roots: ensemble.roots.map((root) => (isLeafRef(root) ? planted++ : root)),
    feature: Int32Array.from([...ensemble.feature, ...zeros]),
    mode: Uint8Array.from([
      ...ensemble.mode,
      ...zeros.fill(ensemble.mode[0] === MODE.member ? 0 : (ensemble.mode[0] ?? 0)),
    ]),
    split: Float64Array.from([...ensemble.split, ...zeros.map(() => 0)]),
    onTrue: Int32Array.from([...ensemble.onTrue, ...bare]),
    onFalse: Int32Array.from([
      ...ensemble.onFalse,
      ...Array.from(bare, (root) => ~(leafCount(leaves) + twins.indexOf(root))),
    ]),
    missingTrue: Uint8Array.from([...ensemble.missingTrue, ...zeros.map(() => 0)]),
    leaves: {
      start: Int32Array.from(start),
      target: Int32Array.from(target),
      weight: Float64Array.from(weight),
      cover: Float64Array.from([...leaves.cover, ...zeros.map(() => 1)]),
    },
  };
}

function numberTensor(values: Float64Array, double: boolean): TensorProto {
  if (!double) return floatTensor('', [values.length], Float32Array.from(values));
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name: '', dataType: dtypeNumber('float64'), dims: BigInt64Array.of(BigInt(values.length)), rawData };
}

/** Where everything stands in the file: `branches[row]` is the branch written in that row, likewise `leaves`. */
interface Layout {
  branches: Int32Array;
  leaves: Int32Array;
}

/** Leaf numbers of one and of two bytes, as integers are written seven bits a byte. */
const ONE_BYTE = 128;
const TWO_BYTES = 16_384;

/**
 * The order that compresses best of those measured (by a third against preorder): branches by which of their sides are
 * leaves, then by feature and split, whatever their tree. Flags, features and splits shrink to a few bytes a distinct
 * split, and child numbers cost less than these save. Leaves in frequent use get the short numbers, and within each
 * length they stand by weight.
 */
function layOut(ensemble: Ensemble): Layout {
  const { feature, mode, split, missingTrue, onTrue, onFalse } = ensemble;
  const leafRank = rankLeaves(ensemble);
  const order = Array.from({ length: branchCount(ensemble) }, (_, at) => at);
  const kind = (at: number) => (isLeafRef(onTrue[at]!) ? 2 : 0) + (isLeafRef(onFalse[at]!) ? 1 : 0);
  const kinds = Uint8Array.from(order, kind);
  const leaf = (reference: number) => (isLeafRef(reference) ? leafRank.rank[~reference]! : -1);
  order.sort(
    (a, b) =>
      mode[a]! - mode[b]! ||
      kinds[a]! - kinds[b]! ||
      feature[a]! - feature[b]! ||
      compareNumbers(split[a]!, split[b]!) ||
      missingTrue[a]! - missingTrue[b]! ||
      leaf(onTrue[a]!) - leaf(onTrue[b]!) ||
      leaf(onFalse[a]!) - leaf(onFalse[b]!) ||
      a - b,
  );
  return { branches: Int32Array.from(order), leaves: leafRank.order };
}

function rankLeaves(ensemble: Ensemble): { order: Int32Array; rank: Int32Array } {
  const { leaves } = ensemble;
  const uses = leafUses(ensemble);
  const byUse = Array.from({ length: leafCount(leaves) }, (_, leaf) => leaf).toSorted(
    (a, b) => uses[b]! - uses[a]! || a - b,
  );
  const weight = (leaf: number) => leaves.weight[leaves.start[leaf]!] ?? 0;
  const target = (leaf: number) => leaves.target[leaves.start[leaf]!] ?? 0;
  const sorted = [byUse.slice(0, ONE_BYTE), byUse.slice(ONE_BYTE, TWO_BYTES), byUse.slice(TWO_BYTES)].flatMap((group) =>
    group.toSorted((a, b) => target(a) - target(b) || compareNumbers(weight(a), weight(b)) || a - b),
  );
  const rank = new Int32Array(sorted.length);
  for (const [at, leaf] of sorted.entries()) rank[leaf] = at;
  return { order: Int32Array.from(sorted), rank };
}

/** NaN stands last. */
export function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
