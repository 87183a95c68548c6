import type { LinearModel } from '../../../supply/onnx/fitted-model.ts';
import { crossFolds, inFold, outOfFold } from '../calibration/cross-fit.ts';
import { fitPlatt } from '../calibration/platt.ts';
import { type Matrix, matrixWidth } from '../matrix.ts';
import { fitHinge } from './hinge.ts';
import { addMargins, standardise } from './standard.ts';

export interface LinearSvmParameters {
  /** Inverse strength of the penalty, as in LIBLINEAR: minimise ½‖w‖² + C · Σ max(0, 1 − y · margin)²; the bias is free. */
  c: number;
}

/**
 * Fits a linear support vector machine with squared hinge loss (Fan et al., LIBLINEAR, JMLR 9, 2008), and Platt's line
 * through margins of rows that the machine behind them had not seen: the rows are dealt into three parts by their
 * content and `seed`.
 */
export function fitLinearSvm(matrix: Matrix, { c }: LinearSvmParameters, seed = 0): LinearModel {
  const width = matrixWidth(matrix.columns);
  const standard = standardise(matrix);
  const point = fitHinge(matrix, standard, c, matrix.weights);
  const folds = crossFolds(matrix, seed);
  const margins = marginsAt(matrix, standard, point);
  for (const fold of new Set(folds)) {
    const others = outOfFold(matrix, folds, fold);
    if (others === undefined) continue;
    const unseen = marginsAt(matrix, standard, fitHinge(matrix, standard, c, others));
    for (const row of inFold(folds, fold)) margins[row] = unseen[row]!;
  }
  const { slope, intercept } = fitPlatt(margins, matrix.labels, matrix.weights);
  const weights = point.slice(0, width).map((weight) => slope * weight);
  return { kind: 'linear', columns: matrix.columns, weights, bias: slope * point[width]! + intercept };
}

function marginsAt({ rows, codes, columns }: Matrix, standard: Float64Array, point: Float64Array): Float64Array {
  const margins = new Float64Array(rows).fill(point.at(-1)!);
  addMargins(margins, standard, codes, columns, point);
  return margins;
}
