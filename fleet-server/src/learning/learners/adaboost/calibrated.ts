import type { TreesModel } from '../../../supply/onnx/fitted-model.ts';
import { crossFolds, inFold, outOfFold } from '../calibration/cross-fit.ts';
import { fitPlatt } from '../calibration/platt.ts';
import { marginsOf } from '../margins.ts';
import type { Matrix } from '../matrix.ts';
import { type AdaBoostParameters, fitAdaBoost } from './adaboost.ts';

/**
 * AdaBoost with Platt's line through votes for rows that the trees behind them had not seen: the votes themselves are
 * log-odds only where the trees end learning in time, and too sure everywhere else (Niculescu-Mizil & Caruana, Obtaining
 * calibrated probabilities from boosting, UAI 2005). The rows are dealt into three parts by their content and `seed`.
 */
export function fitCalibratedAdaBoost(matrix: Matrix, parameters: AdaBoostParameters, seed: number): TreesModel {
  const model = fitAdaBoost(matrix, parameters);
  const margins = marginsOf(model, matrix);
  const folds = crossFolds(matrix, seed);
  for (const fold of new Set(folds)) {
    const weights = outOfFold(matrix, folds, fold);
    if (weights === undefined) continue;
    const unseen = marginsOf(fitAdaBoost({ ...matrix, weights }, parameters), matrix);
    for (const row of inFold(folds, fold)) margins[row] = unseen[row]!;
  }
  const { slope, intercept } = fitPlatt(margins, matrix.labels, matrix.weights);
  const trees = model.trees.map((tree) => ({ ...tree, value: tree.value.map((vote) => slope * vote) }));
  return { ...model, trees, base: slope * model.base + intercept };
}
