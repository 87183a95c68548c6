import type { LinearModel } from '../../../supply/onnx/fitted-model.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { minimise } from './lbfgs.ts';
import { logLossOfMargin, sigmoid } from '../sigmoid.ts';

export interface LogisticParameters {
  /** Inverse strength of the L2 penalty, as in scikit-learn: minimise ½‖w‖² + C · Σ log-loss; the bias is free. */
  c: number;
}

/** Fits L2 logistic regression on the standardised matrix; no randomness. */
export function fitLogistic(matrix: Matrix, parameters: LogisticParameters): LinearModel {
  const { rows, columns, codes, labels } = matrix;
  const width = matrixWidth(columns);
  const numberCount = columns.numbers.length;
  const standard = standardise(matrix);
  const margins = new Float64Array(rows);
  const residuals = new Float64Array(rows);
  // Everything is divided by the rows, so that one tolerance suits every size.
  const penalty = 1 / (parameters.c * rows);
  const point = minimise(
    (weights, gradient) => {
      margins.fill(weights[width]!);
      addMargins(margins, standard, codes, columns, weights);
      let loss = 0;
      for (let row = 0; row < rows; row++) {
        const label = labels[row]!;
        loss += logLossOfMargin(margins[row]!, label);
        residuals[row] = (sigmoid(margins[row]!) - label) / rows;
      }
      loss /= rows;
      gradient.fill(0);
      for (let column = 0; column < numberCount; column++) {
        const base = column * rows;
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += residuals[row]! * standard[base + row]!;
        gradient[column] = sum;
      }
      addIndicatorGradient(gradient, residuals, codes, columns);
      for (let row = 0; row < rows; row++) gradient[width]! += residuals[row]!;
      for (let column = 0; column < width; column++) {
        loss += 0.5 * penalty * weights[column]! ** 2;
        gradient[column]! += penalty * weights[column]!;
      }
      return loss;
    },
    new Float64Array(width + 1),
  );
  return { kind: 'linear', columns, weights: point.slice(0, width), bias: point[width]! };
}

/** Number columns imputed and standardised, column-major. */
export function standardise(matrix: Matrix): Float64Array {
  const standard = new Float64Array(matrix.numbers.length);
  matrix.columns.numbers.forEach(({ impute, mean, scale }, column) => {
    for (let index = column * matrix.rows; index < (column + 1) * matrix.rows; index++) {
      const value = matrix.numbers[index]!;
      standard[index] = ((Number.isNaN(value) ? impute : value) - mean) / scale;
    }
  });
  return standard;
}

/** Adds `weights · row` to every margin; the bias is the caller's. */
export function addMargins(
  margins: Float64Array,
  standard: Float64Array,
  codes: Uint8Array[],
  columns: Matrix['columns'],
  weights: Float64Array,
): void {
  const rows = margins.length;
  for (let column = 0; column < columns.numbers.length; column++) {
    const weight = weights[column]!;
    const base = column * rows;
    for (let row = 0; row < rows; row++) margins[row]! += weight * standard[base + row]!;
  }
  let offset = columns.numbers.length;
  columns.categories.forEach(({ levels }, index) => {
    const code = codes[index]!;
    for (let row = 0; row < rows; row++) {
      if (code[row]! < levels.length) margins[row]! += weights[offset + code[row]!]!;
    }
    offset += levels.length;
  });
}

function addIndicatorGradient(
  gradient: Float64Array,
  residuals: Float64Array,
  codes: Uint8Array[],
  columns: Matrix['columns'],
): void {
  let offset = columns.numbers.length;
  columns.categories.forEach(({ levels }, index) => {
    const code = codes[index]!;
    for (let row = 0; row < residuals.length; row++) {
      if (code[row]! < levels.length) gradient[offset + code[row]!]! += residuals[row]!;
    }
    offset += levels.length;
  });
}
