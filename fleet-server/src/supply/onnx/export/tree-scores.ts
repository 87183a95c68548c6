import { designMatrix, rawNumbers } from './design-matrix.ts';
import type { GraphPart } from './graph-part.ts';
import { signsOf } from './outputs.ts';
import { floatTensor, node } from './proto.ts';
import type { NodeProto } from '@plumbline/shared/onnx';
import type { Tree, TreesModel } from '../fitted-model.ts';

/** Writes an ensemble as one node from `input` float32 `[N, D]` to `output` float32 `[N, 1]`. */
export type EnsembleWriter = (trees: Tree[], input: string, output: string) => NodeProto;

/**
 * Scores of a tree model for both classes, float32 `[N, 2]`: (-score, score) under a sigmoid link, (1 - score, score)
 * under an identity link. One Gemm adds the base and spreads the score, so that a Sigmoid after it needs no `1 - p`.
 * A model that answers a value has one column, the score.
 */
export function treeScores(model: TreesModel, write: EnsembleWriter): GraphPart {
  const { trees, base } = foldLeafOnlyTrees(model);
  const design = designMatrix(model.columns, rawNumbers());
  const signs = signsOf(model);
  const opposite = model.link === 'identity' ? 1 - base : -base;
  return {
    nodes: [
      ...design.nodes,
      write(trees, design.output, 'trees'),
      node('Gemm', ['trees', 'signs', 'base'], ['scores']),
    ],
    initializers: [
      ...design.initializers,
      floatTensor('signs', [1, signs.length], Float32Array.from(signs)),
      floatTensor(
        'base',
        [signs.length],
        Float32Array.from(signs, (sign) => (sign < 0 ? opposite : base)),
      ),
    ],
    output: 'scores',
  };
}

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

export function isLeaf(tree: Tree, at: number): boolean {
  return tree.feature[at] === -1;
}

/** Reachable nodes of a tree, parent before children, left before right: near ids compress well. */
export function preorder(tree: Tree): number[] {
  const order: number[] = [];
  const open = [0];
  while (open.length > 0) {
    const at = open.pop()!;
    order.push(at);
    if (!isLeaf(tree, at)) open.push(tree.right[at]!, tree.left[at]!);
  }
  return order;
}
