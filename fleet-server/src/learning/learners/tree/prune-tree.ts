import type { Tree } from '../../../supply/onnx/fitted-model.ts';
import type { NodeSums } from '../boosting/split.ts';
import type { BinnedTree } from '../boosting/tree-builder.ts';

/**
 * The smallest subtree of least cost, cost being impurity plus `alpha` for each leaf (Breiman et al. 1984, section 3.3).
 * Bottom-up: a branch becomes a leaf unless its divisions gain more than its further leaves cost. Only gains matter,
 * because a node's impurity is that of its leaves plus what the divisions between gained.
 * @param alpha in the unit of `split.gain`, which is summed over the weight of the rows
 * @param leafValue of the mean target of a leaf
 */
export function pruneTree(
  { tree, splits, root }: BinnedTree & { root: NodeSums },
  alpha: number,
  leafValue: (mean: number) => number,
): Tree {
  const size = splits.length;
  const kept = new Uint8Array(size);
  const gains = new Float64Array(size);
  const leaves = new Int32Array(size).fill(1);
  const sums: NodeSums[] = Array<NodeSums>(size).fill(root);
  splits.forEach((split, node) => {
    if (split === undefined) return;
    sums[tree.left[node]!] = split.left;
    sums[tree.right[node]!] = split.right;
  });
  // Children have higher numbers than their parent, so that they are settled first.
  for (let node = size - 1; node >= 0; node--) {
    const split = splits[node];
    if (split === undefined) continue;
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    const gain = split.gain + gains[left]! + gains[right]!;
    const below = leaves[left]! + leaves[right]!;
    if (gain <= alpha * (below - 1)) continue;
    kept[node] = 1;
    gains[node] = gain;
    leaves[node] = below;
  }
  return copyKept(tree, kept, ({ gradient, hessian }) => leafValue((0 - gradient) / hessian), sums);
}

function copyKept(tree: Tree, kept: Uint8Array, valueOf: (sums: NodeSums) => number, sums: NodeSums[]): Tree {
  const order: number[] = [];
  const places = new Map<number, number>();
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    places.set(node, order.push(node) - 1);
    if (kept[node] === 1) open.push(tree.right[node]!, tree.left[node]!);
  }
  const branch = (node: number, of: number): number => (kept[node] === 1 ? of : 0);
  return {
    feature: Int32Array.from(order, (node) => (kept[node] === 1 ? tree.feature[node]! : -1)),
    threshold: Float64Array.from(order, (node) => branch(node, tree.threshold[node]!)),
    left: Int32Array.from(order, (node) => branch(node, places.get(tree.left[node]!) ?? 0)),
    right: Int32Array.from(order, (node) => branch(node, places.get(tree.right[node]!) ?? 0)),
    missingLeft: Uint8Array.from(order, (node) => branch(node, tree.missingLeft[node]!)),
    value: Float64Array.from(order, (node) => (kept[node] === 1 ? 0 : valueOf(sums[node]!))),
  };
}
