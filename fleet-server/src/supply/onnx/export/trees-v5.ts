import { byteTensor, floatTensor, int, ints, mlNode, tensor } from './proto.ts';
import { isLeaf, preorder } from './tree-scores.ts';
import type { NodeProto } from '@plumbline/shared/onnx';
import type { Tree } from '../fitted-model.ts';

const SUM = 1;
const NO_POST_TRANSFORM = 0;
const BRANCH_LEQ = 0;

export interface TreesV5Options {
  /** Equal leaves become one: lossless, a third smaller. False only for comparison. */
  shareLeaves?: boolean;
}

/**
 * `ai.onnx.ml` TreeEnsemble, version 5 (ONNX Runtime 1.21 and later): raw score float32 `[N, 1]`.
 * Leaves may be shared, internal nodes may not. LOGISTIC would be silently ignored for a single target,
 * so the score stays raw. NaN takes the true branch where `nodes_missing_value_tracks_true` is 1.
 */
export function treesV5(trees: Tree[], input: string, output: string, options: TreesV5Options = {}): NodeProto {
  const leaves = createLeaves(options.shareLeaves ?? true);
  const orders = trees.map(preorder);
  const table = tableOf(trees, orders, leaves);
  const missing = table.missingTrue.some((value) => value === 1n);
  return mlNode(
    'TreeEnsemble',
    [input],
    [output],
    [
      int('aggregate_function', SUM),
      int('n_targets', 1),
      int('post_transform', NO_POST_TRANSFORM),
      ints('tree_roots', table.roots),
      ints('nodes_featureids', table.feature),
      tensor('nodes_splits', floatTensor('', [table.split.length], table.split)),
      tensor('nodes_modes', byteTensor('', new Uint8Array(table.split.length).fill(BRANCH_LEQ))),
      ints('nodes_truenodeids', table.trueNode),
      ints('nodes_trueleafs', table.trueLeaf),
      ints('nodes_falsenodeids', table.falseNode),
      ints('nodes_falseleafs', table.falseLeaf),
      // Absent means that NaN goes to the false branch everywhere.
      ...(missing ? [ints('nodes_missing_value_tracks_true', table.missingTrue)] : []),
      ints('leaf_targetids', new BigInt64Array(leaves.weights.length)),
      tensor('leaf_weights', floatTensor('', [leaves.weights.length], Float32Array.from(leaves.weights))),
    ],
  );
}

interface Leaves {
  weights: number[];
  idOf(weight: number): number;
}

function createLeaves(shared: boolean): Leaves {
  const weights: number[] = [];
  const ids = new Map<number, number>();
  return {
    weights,
    idOf(weight) {
      const rounded = Math.fround(weight);
      const known = shared ? ids.get(rounded) : undefined;
      if (known !== undefined) return known;
      ids.set(rounded, weights.length);
      return weights.push(rounded) - 1;
    },
  };
}

/** The internal nodes of all trees as columns, one id space; a child id names a leaf where its `…Leaf` is 1. */
function tableOf(trees: Tree[], orders: number[][], leaves: Leaves) {
  const splits = orders.map((order, index) => order.filter((node) => !isLeaf(trees[index]!, node)));
  const size = splits.reduce((sum, nodes) => sum + nodes.length, 0);
  const column = () => new BigInt64Array(size);
  const table = {
    roots: new BigInt64Array(trees.length),
    feature: column(),
    split: new Float32Array(size),
    trueNode: column(),
    trueLeaf: column(),
    falseNode: column(),
    falseLeaf: column(),
    missingTrue: column(),
  };
  let offset = 0;
  for (const [index, tree] of trees.entries()) {
    const nodes = splits[index]!;
    const ids = new Map(nodes.map((node, at) => [node, offset + at]));
    const idOf = (child: number) => BigInt(ids.get(child) ?? leaves.idOf(tree.value[child]!));
    table.roots[index] = BigInt(offset);
    for (const [at, node] of nodes.entries()) {
      const [row, left, right] = [offset + at, tree.left[node]!, tree.right[node]!];
      table.feature[row] = BigInt(tree.feature[node]!);
      table.split[row] = tree.threshold[node]!;
      table.trueNode[row] = idOf(left);
      table.trueLeaf[row] = isLeaf(tree, left) ? 1n : 0n;
      table.falseNode[row] = idOf(right);
      table.falseLeaf[row] = isLeaf(tree, right) ? 1n : 0n;
      table.missingTrue[row] = BigInt(tree.missingLeft[node]!);
    }
    offset += nodes.length;
  }
  return table;
}
