import type { LinearModel } from '../../../supply/onnx/fitted-model.ts';
import { type Matrix, matrixWidth, totalWeight } from '../matrix.ts';
import { logLossOfMargin, sigmoid } from '../sigmoid.ts';
import { fitElastic } from './elastic.ts';
import { minimise } from './lbfgs.ts';
import { logLoss } from './row-loss.ts';
import { addMargins, fillGradient, standardise } from './standard.ts';

export interface LogisticParameters {
  /**
   * Inverse strength of the penalty, as in scikit-learn: minimise C · Σ log-loss + penalty, which is ½‖w‖² for `l2`,
   * ‖w‖₁ for `l1`, and l1Ratio · ‖w‖₁ + (1 − l1Ratio) / 2 · ‖w‖² for `elastic`; the bias is free.
   */
  c: number;
  /** Default `l2`. `l1` and `elastic` leave out columns that tell little: their weights are exactly zero. */
  penalty?: 'l2' | 'l1' | 'elastic';
  /** For `elastic`. Default 0.5. */
  l1Ratio?: number;
}

/** Fits logistic regression on the standardised matrix; no randomness. */
export function fitLogistic(matrix: Matrix, parameters: LogisticParameters): LinearModel {
  const { columns } = matrix;
  const width = matrixWidth(columns);
  const point =
    parameters.penalty === undefined || parameters.penalty === 'l2'
      ? fitSmooth(matrix, parameters.c)
      : fitSparse(matrix, parameters);
  return { kind: 'linear', columns, weights: point.slice(0, width), bias: point[width]! };
}

function fitSparse(matrix: Matrix, { c, penalty, l1Ratio = 0.5 }: LogisticParameters): Float64Array {
  const strength = 1 / (c * totalWeight(matrix));
  const ratio = penalty === 'l1' ? 1 : l1Ratio;
  return fitElastic(matrix, logLoss(matrix.labels), { l1: ratio * strength, l2: (1 - ratio) * strength });
}

function fitSmooth(matrix: Matrix, c: number): Float64Array {
  const { rows, columns, codes, labels, weights: rowWeights } = matrix;
  const width = matrixWidth(columns);
  const standard = standardise(matrix);
  const margins = new Float64Array(rows);
  const residuals = new Float64Array(rows);
  // Everything is divided by the rows, so that one tolerance suits every size.
  const total = totalWeight(matrix);
  const penalty = 1 / (c * total);
  return minimise(
    (weights, gradient) => {
      margins.fill(weights[width]!);
      addMargins(margins, standard, codes, columns, weights);
      let loss = 0;
      for (let row = 0; row < rows; row++) {
        const label = labels[row]!;
        const rowWeight = rowWeights === undefined ? 1 : rowWeights[row]!;
        loss += rowWeight * logLossOfMargin(margins[row]!, label);
        residuals[row] = (rowWeight * (sigmoid(margins[row]!) - label)) / total;
      }
      loss /= total;
      fillGradient(gradient, residuals, standard, codes, columns);
      for (let column = 0; column < width; column++) {
        loss += 0.5 * penalty * weights[column]! ** 2;
        gradient[column]! += penalty * weights[column]!;
      }
      return loss;
    },
    new Float64Array(width + 1),
  );
}
