import type { Tree, TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { binMatrix } from '../boosting/bins.ts';
import type { SeededRandom } from '../random.ts';
import { createRandom, deriveSeed } from '../random.ts';
import type { Task } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { roundForExactSums, standardTargets } from '../targets.ts';
import type { ForestSpace } from './grow-tree.ts';
import { createForestSpace, growDepthFirst } from './grow-tree.ts';

/** Every whole number of these fits into float32. */
const UNITS = 2 ** 24;
const MAX_BINS = 255;

export interface ForestParameters {
  trees: number;
  /** Most splits between root and leaf. */
  depth: number;
  /** Fewest distinct training rows in a leaf, however often the bootstrap drew them. */
  minRows: number;
  /**
   * Columns drawn for each split; a category is one column. Default: the square root of their number, rounded down; for
   * a regression a third of it.
   */
  features?: number;
}

/**
 * Fits a random forest (Breiman 2001) on histograms: every tree on a bootstrap of the rows, every split on columns
 * drawn anew. The probability is the mean over trees of the leaf's share of label 1, which is what an identity link
 * with leaves of share / trees adds up to; a regression answers the mean over trees of the leaf's mean target. Each tree
 * has a seed of its own, so that neither the other trees nor threads matter to it.
 * Every row is as likely to be drawn as any other; its weight says how much it counts once drawn.
 */
export function fitForest(
  matrix: Matrix,
  parameters: ForestParameters,
  seed = 0,
  task: Task = 'classification',
): TreesModel {
  const { trees: count, depth, minRows } = parameters;
  const binned = binMatrix(matrix, MAX_BINS);
  const space = createForestSpace(binned, matrixWidth(matrix.columns));
  const features = parameters.features ?? usualFeatures(binned.columns.length, task);
  const limits = { depth, minRows, l2: 0, features, classes: task === 'classification' };
  const grow = (targets: ArrayLike<number>, leafValue: (mean: number) => number): Tree[] =>
    Array.from({ length: count }, (_, tree) => {
      const random = createRandom(deriveSeed(seed, 'tree', tree));
      const drawn = drawBootstrap(space, space.rows, targets, matrix.weights, random);
      const own = { ...space, rows: drawn, order: [...binned.columns] };
      return growDepthFirst(own, limits, random, leafValue).tree;
    });
  const { columns } = matrix;
  if (task === 'classification') {
    return { kind: 'trees', link: 'identity', columns, trees: grow(matrix.labels, shareOf(count)), base: 0 };
  }
  const { values, mean, scale } = standardTargets(matrix);
  const trees = grow(values, (value) => (scale * value) / count);
  return { kind: 'trees', answer: 'value', columns, ...roundForExactSums(trees, mean) };
}

/** The square root for classes (Breiman 2001), a third for numbers (Hastie, Tibshirani, Friedman 2009, section 15.3). */
function usualFeatures(stored: number, task: Task): number {
  return Math.max(1, Math.floor(task === 'classification' ? Math.sqrt(stored) : stored / 3));
}

/**
 * What a leaf adds: its share of label 1 over the number of trees. Leaves are whole units of 2^-24 and never add up to
 * more than one: sums in float32 are then exact in any order, so every runtime answers the same bits. A share moves by
 * less than one part in ten thousand.
 */
export function shareOf(trees: number): (share: number) => number {
  const unitsPerTree = Math.floor(UNITS / trees);
  // Weights that are no whole numbers add up to a share a little outside.
  return (share) => Math.round(Math.min(1, Math.max(0, share)) * unitsPerTree) / UNITS;
}

/** As many draws as rows, with replacement; a row stands once among the drawn ones, weighted by how often it came. */
function drawBootstrap(
  space: ForestSpace,
  rows: Int32Array,
  targets: ArrayLike<number>,
  weights: Float64Array | undefined,
  random: SeededRandom,
): Int32Array {
  const { gradients, hessians } = space;
  hessians.fill(0);
  for (let draw = 0; draw < targets.length; draw++) hessians[random.below(targets.length)]! += 1;
  let drawn = 0;
  for (let row = 0; row < targets.length; row++) {
    if (weights !== undefined) hessians[row]! *= weights[row]!;
    const weight = hessians[row]!;
    if (weight === 0) continue;
    gradients[row] = -weight * targets[row]!;
    rows[drawn++] = row;
  }
  return rows.subarray(0, drawn);
}
