import type { Tree, TreesModel } from '../fitted-model.ts';

/** A model whose trees all have a split, and the scores of those that had none in its base. */
export function foldLeafOnlyTrees(model: TreesModel): { trees: Tree[]; base: number } {
  const trees = model.trees.filter((tree) => tree.feature[0] !== -1);
  const folded = model.trees.filter((tree) => tree.feature[0] === -1);
  const base = folded.reduce((sum, tree) => sum + tree.value[0]!, model.base);
  // The runtime wants an ensemble with a node in it; this one adds nothing to any row.
  return { trees: trees.length > 0 ? trees : [EMPTY], base };
}

const EMPTY: Tree = {
  feature: Int32Array.of(0, -1, -1),
  threshold: Float64Array.of(0, 0, 0),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  missingLeft: Uint8Array.of(0, 0, 0),
  value: Float64Array.of(0, 0, 0),
};

export function isLeaf(tree: Tree, node: number): boolean {
  return tree.feature[node] === -1;
}

/** Reachable nodes of a tree, parent before children, left before right: near ids compress well. */
export function preorder(tree: Tree): number[] {
  const order: number[] = [];
  const open = [0];
  while (open.length > 0) {
    const node = open.pop()!;
    order.push(node);
    if (!isLeaf(tree, node)) open.push(tree.right[node]!, tree.left[node]!);
  }
  return order;
}
