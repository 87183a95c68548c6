import type { Tree, TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { binMatrix } from '../boosting/bins.ts';
import type { GainRule } from '../boosting/split.ts';
import type { ForestLimits, ForestSpace } from '../forest/grow-tree.ts';
import { createForestSpace, growDepthFirst } from '../forest/grow-tree.ts';
import { shareOf } from '../forest/forest.ts';
import type { Task } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { roundForExactSums, standardTargets } from '../targets.ts';
import { entropyGain } from './entropy-gain.ts';
import { pruneTree } from './prune-tree.ts';

const MAX_BINS = 255;

export interface DecisionTreeParameters {
  /** Most splits between root and leaf. */
  depth: number;
  /** Fewest training rows in a leaf. */
  minRows: number;
  /** What a split lessens, for classes. Default `gini`. */
  criterion?: 'gini' | 'entropy';
  /**
   * Cost-complexity pruning: a branch stays where each further leaf lessens the impurity of the whole tree by more than
   * this. In units of the criterion (entropy in bits); for a regression as a share of the targets' variance. Default 0.
   */
  alpha?: number;
}

/**
 * Fits one classification or regression tree (Breiman, Friedman, Olshen, Stone 1984) on histograms: exact where a column
 * has no more than 255 values, else split at its quantiles. Deterministic; ties go to the earlier column and the lower
 * border. Every row counts by its weight, in all but `minRows`. Throws `bad_parameter`, `bad_value`.
 */
export function fitDecisionTree(
  matrix: Matrix,
  parameters: DecisionTreeParameters,
  task: Task = 'classification',
): TreesModel {
  const { depth, minRows, criterion = 'gini', alpha = 0 } = parameters;
  const binned = binMatrix(matrix, MAX_BINS);
  const space = createForestSpace(binned, matrixWidth(matrix.columns));
  const classes = task === 'classification';
  const features = binned.columns.length;
  const limits: ForestLimits = { depth, minRows, l2: 0, features, classes };
  const { columns } = matrix;
  const grow = (targets: ArrayLike<number>, leafValue: (mean: number) => number, gain?: GainRule): Tree => {
    const rows = offerRows(space, targets, matrix.weights);
    const grown = growDepthFirst({ ...space, rows }, { ...limits, gain }, undefined, leafValue);
    // The fall of the squared error over 0 and 1 is half that of the Gini impurity.
    const unit = classes && criterion === 'gini' ? 0.5 : 1;
    return alpha === 0 ? grown.tree : pruneTree(grown, unit * alpha * grown.root.hessian, leafValue);
  };
  if (classes) {
    const tree = grow(matrix.labels, shareOf(1), criterion === 'entropy' ? entropyGain : undefined);
    return { kind: 'trees', link: 'identity', columns, trees: [tree], base: 0 };
  }
  const { values, mean, scale } = standardTargets(matrix);
  const tree = grow(values, (value) => mean + scale * value);
  return { kind: 'trees', answer: 'value', columns, ...roundForExactSums([tree], 0) };
}

/** All rows that count at all, under their weights. */
export function offerRows(
  { rows, gradients, hessians }: ForestSpace,
  targets: ArrayLike<number>,
  weights: Float64Array | undefined,
): Int32Array {
  let offered = 0;
  for (let row = 0; row < targets.length; row++) {
    const weight = weights?.[row] ?? 1;
    if (weight === 0) continue;
    hessians[row] = weight;
    gradients[row] = -weight * targets[row]!;
    rows[offered++] = row;
  }
  return rows.subarray(0, offered);
}
