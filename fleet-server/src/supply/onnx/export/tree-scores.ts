import { designMatrix, rawNumbers } from './design-matrix.ts';
import type { GraphPart } from './graph-part.ts';
import { floatTensor, node } from './proto.ts';
import { foldLeafOnlyTrees } from './tree-layout.ts';
import type { NodeProto } from '@plumbline/shared/onnx';
import type { Tree, TreesModel } from '../fitted-model.ts';

/** Writes an ensemble as one node from `input` float32 `[N, D]` to `output` float32 `[N, 1]`. */
export type EnsembleWriter = (trees: Tree[], input: string, output: string) => NodeProto;

/**
 * Scores of a tree model for both classes, float32 `[N, 2]`: (-score, score) under a sigmoid link, (1 - score, score)
 * under an identity link. One Gemm adds the base and spreads the score, so that a Sigmoid after it needs no `1 - p`.
 */
export function treeScores(model: TreesModel, write: EnsembleWriter): GraphPart {
  const { trees, base } = foldLeafOnlyTrees(model);
  const design = designMatrix(model.columns, rawNumbers());
  const opposite = model.link === 'identity' ? 1 - base : -base;
  return {
    nodes: [
      ...design.nodes,
      write(trees, design.output, 'trees'),
      node('Gemm', ['trees', 'signs', 'base'], ['scores']),
    ],
    initializers: [
      ...design.initializers,
      floatTensor('signs', [1, 2], Float32Array.of(-1, 1)),
      floatTensor('base', [2], Float32Array.of(opposite, base)),
    ],
    output: 'scores',
  };
}
