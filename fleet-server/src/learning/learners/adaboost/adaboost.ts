import type { Tree, TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { binMatrix } from '../boosting/bins.ts';
import { routeBinned } from '../boosting/tree-builder.ts';
import { createForestSpace, growDepthFirst } from '../forest/grow-tree.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { offerRows } from '../tree/decision-tree.ts';

const MAX_BINS = 255;

export interface AdaBoostParameters {
  trees: number;
  /** Splits between root and leaf of each tree. Default 1: stumps. */
  depth?: number;
  /** Every vote is multiplied by it. Default 1. */
  rate?: number;
  /** Fewest training rows in a leaf. Default 1. */
  minRows?: number;
}

/**
 * Fits AdaBoost (Freund and Schapire 1997) in the form SAMME (Zhu, Zou, Rosset, Hastie 2009), which for two classes is
 * the same: each tree votes for a class, and rows it was wrong about weigh more for the next. Read as an additive
 * logistic model (Friedman, Hastie, Tibshirani 2000) the votes add up to log-odds; those are too sure of themselves,
 * which `fitCalibratedAdaBoost` mends. Ends early when a tree makes no error or is no better than chance. Deterministic.
 */
export function fitAdaBoost(matrix: Matrix, parameters: AdaBoostParameters): TreesModel {
  const { trees: most, depth = 1, rate = 1, minRows = 1 } = parameters;
  const { rows, labels, columns } = matrix;
  const binned = binMatrix(matrix, MAX_BINS);
  const space = createForestSpace(binned, matrixWidth(columns));
  const limits = { depth, minRows, l2: 0, features: binned.columns.length, classes: true };
  const weights = Float64Array.from({ length: rows }, (_, row) => matrix.weights?.[row] ?? 1);
  const wrong = new Uint8Array(rows);
  const trees: Tree[] = [];
  while (trees.length < most) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let row = 0; row < rows; row++) weights[row]! *= rows / total;
    const own = { ...space, rows: offerRows(space, labels, weights) };
    const grown = growDepthFirst(own, limits, undefined, (share) => (share > 0.5 ? 1 : -1));
    let lost = 0;
    for (let row = 0; row < rows; row++) {
      wrong[row] = routeBinned(grown, row) > 0 === (labels[row] === 1) ? 0 : 1;
      lost += wrong[row]! * weights[row]!;
    }
    // No vote is surer than half a row's error allows.
    const error = Math.max(lost, 0.5) / rows;
    const vote = error < 0.5 ? rate * Math.log((1 - error) / error) : 0;
    if (vote === 0 && trees.length > 0) break;
    trees.push({ ...grown.tree, value: grown.tree.value.map((side) => vote * side) });
    if (vote === 0 || lost === 0) break;
    for (let row = 0; row < rows; row++) if (wrong[row] === 1) weights[row]! *= Math.exp(vote);
  }
  return { kind: 'trees', columns, trees, base: 0 };
}
