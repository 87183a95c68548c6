import type { TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { binMatrix } from '../boosting/bins.ts';
import type { SeededRandom } from '../random.ts';
import { createRandom, deriveSeed } from '../random.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import type { ForestSpace } from './grow-tree.ts';
import { createForestSpace, growForestTree } from './grow-tree.ts';

/** Every whole number of these fits into float32. */
const UNITS = 2 ** 24;
const MAX_BINS = 255;

export interface ForestParameters {
  trees: number;
  /** Most splits between root and leaf. */
  depth: number;
  /** Fewest distinct training rows in a leaf, however often the bootstrap drew them. */
  minRows: number;
  /** Columns drawn for each split; a category is one column. Default: the square root of their number, rounded down. */
  features?: number;
}

/**
 * Fits a random forest (Breiman 2001) on histograms: every tree on a bootstrap of the rows, every split on columns
 * drawn anew. The probability is the mean over trees of the leaf's share of label 1, which is what an identity link
 * with leaves of share / trees adds up to. Each tree has a seed of its own, so that neither the other trees nor threads
 * matter to it.
 */
export function fitForest(matrix: Matrix, parameters: ForestParameters, seed = 0): TreesModel {
  const { trees: count, depth, minRows } = parameters;
  const binned = binMatrix(matrix, MAX_BINS);
  const stored = binned.columns.length;
  const features = parameters.features ?? Math.max(1, Math.floor(Math.sqrt(stored)));
  const space = createForestSpace(binned, matrixWidth(matrix.columns));
  const limits = { depth, minRows, l2: 0, features };
  // Leaves are whole units of 2^-24 and never add up to more than one: sums in float32 are then exact in any order, so
  // every runtime answers the same bits. A share moves by less than one part in ten thousand.
  const unitsPerTree = Math.floor(UNITS / count);
  const leafValue = (share: number): number => Math.round(share * unitsPerTree) / UNITS;
  const { rows } = space;
  const trees = Array.from({ length: count }, (_, tree) => {
    const random = createRandom(deriveSeed(seed, 'tree', tree));
    const drawn = drawBootstrap(space, rows, matrix.labels, random);
    return growForestTree({ ...space, rows: drawn, order: [...binned.columns] }, limits, random, leafValue);
  });
  return { kind: 'trees', link: 'identity', columns: matrix.columns, trees, base: 0 };
}

/** As many draws as rows, with replacement; a row stands once among the drawn ones, weighted by how often it came. */
function drawBootstrap(space: ForestSpace, rows: Int32Array, labels: Uint8Array, random: SeededRandom): Int32Array {
  const { gradients, hessians } = space;
  hessians.fill(0);
  for (let draw = 0; draw < labels.length; draw++) hessians[random.below(labels.length)]! += 1;
  let drawn = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = hessians[row]!;
    if (weight === 0) continue;
    gradients[row] = -weight * labels[row]!;
    rows[drawn++] = row;
  }
  return rows.subarray(0, drawn);
}
