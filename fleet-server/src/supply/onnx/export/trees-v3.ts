import { floats, int, ints, mlNode, string, strings } from './proto.ts';
import { isLeaf, preorder } from './tree-scores.ts';
import type { AttributeProto, NodeProto } from '@plumbline/shared/onnx';
import type { Tree } from '../fitted-model.ts';

export interface TreesV3Options {
  /** Writes `nodes_hitrates` as skl2onnx does; runtimes ignore it. */
  hitRates?: boolean;
}

/** `ai.onnx.ml` TreeEnsembleRegressor, known to every ONNX Runtime in use: raw score float32 `[N, 1]`. */
export function treesV3(trees: Tree[], input: string, output: string, options: TreesV3Options = {}): NodeProto {
  const rows = trees.flatMap(rowsOf);
  const targets = rows.filter((row) => row.leaf);
  return mlNode(
    'TreeEnsembleRegressor',
    [input],
    [output],
    [
      int('n_targets', 1),
      string('aggregate_function', 'SUM'),
      string('post_transform', 'NONE'),
      longs('nodes_treeids', rows, (row) => row.tree),
      longs('nodes_nodeids', rows, (row) => row.node),
      longs('nodes_featureids', rows, (row) => row.feature),
      floats(
        'nodes_values',
        Float32Array.from(rows, (row) => row.threshold),
      ),
      strings(
        'nodes_modes',
        rows.map((row) => (row.leaf ? 'LEAF' : 'BRANCH_LEQ')),
      ),
      longs('nodes_truenodeids', rows, (row) => row.left),
      longs('nodes_falsenodeids', rows, (row) => row.right),
      longs('nodes_missing_value_tracks_true', rows, (row) => row.missingLeft),
      ...(options.hitRates ? [floats('nodes_hitrates', new Float32Array(rows.length).fill(1))] : []),
      longs('target_treeids', targets, (row) => row.tree),
      longs('target_nodeids', targets, (row) => row.node),
      longs('target_ids', targets, () => 0),
      floats(
        'target_weights',
        Float32Array.from(targets, (row) => row.value),
      ),
    ],
  );
}

function longs(name: string, rows: Row[], pick: (row: Row) => number): AttributeProto {
  return ints(
    name,
    BigInt64Array.from(rows, (row) => BigInt(pick(row))),
  );
}

interface Row {
  tree: number;
  node: number;
  leaf: boolean;
  feature: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: number;
  value: number;
}

/** Nodes are renumbered in preorder, so a leaf that two branches share is written twice. */
function rowsOf(tree: Tree, index: number): Row[] {
  const order = preorder(tree);
  const ends = subtreeEnds(tree, order);
  return order.map((node, at) => {
    const leaf = isLeaf(tree, node);
    return {
      tree: index,
      node: at,
      leaf,
      feature: leaf ? 0 : tree.feature[node]!,
      threshold: leaf ? 0 : tree.threshold[node]!,
      left: leaf ? 0 : at + 1,
      right: leaf ? 0 : ends[at + 1]!,
      missingLeft: leaf ? 0 : tree.missingLeft[node]!,
      value: leaf ? tree.value[node]! : 0,
    };
  });
}

/** For each place in a preorder, the place after its subtree: the right child stands where the left subtree ends. */
function subtreeEnds(tree: Tree, order: number[]): Int32Array {
  const ends = new Int32Array(order.length);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    ends[at] = isLeaf(tree, order[at]!) ? at + 1 : ends[ends[at + 1]!]!;
  }
  return ends;
}
