import type { LinearModel } from '../../../supply/onnx/fitted-model.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { standardTargets } from '../targets.ts';
import { fitElastic } from './elastic.ts';
import { squaredLoss } from './row-loss.ts';

export interface LinearRegressionParameters {
  /**
   * Strength of the penalty, as in scikit-learn's ElasticNet: minimise half the mean squared error of the targets, in
   * units of their standard deviation, + alpha · (l1Ratio · ‖w‖₁ + (1 − l1Ratio) / 2 · ‖w‖²); the bias is free.
   */
  alpha: number;
  /** 0 is ridge, 1 the lasso. Default 0. */
  l1Ratio?: number;
}

/** Fits least squares on the standardised matrix; no randomness. Throws `bad_parameter`, `bad_value` for the targets. */
export function fitLinearRegression(matrix: Matrix, { alpha, l1Ratio = 0 }: LinearRegressionParameters): LinearModel {
  const { columns } = matrix;
  const width = matrixWidth(columns);
  const { values, mean, scale } = standardTargets(matrix);
  const point = fitElastic(matrix, squaredLoss(values), { l1: alpha * l1Ratio, l2: alpha * (1 - l1Ratio) });
  const weights = point.slice(0, width).map((weight) => scale * weight);
  return { kind: 'linear', answer: 'value', columns, weights, bias: mean + scale * point[width]! };
}
