import { type Matrix, matrixWidth, totalWeight } from '../matrix.ts';
import { minimise, type Objective } from './lbfgs.ts';
import { solvePositive } from './solve-positive.ts';
import { addMargins, fillGradient, weightedProducts } from './standard.ts';

/** Beyond these the products of all columns cost more than many cheap steps do. */
const NEWTON = { columns: 300, numbers: 100 };
const MAX_STEPS = 100;
const TOLERANCE = 1e-9;

/**
 * Weights, and last the bias, that make ½‖w‖² + C · Σ max(0, 1 − y · margin)² least over the rows that count by
 * `weights`; those of weight 0 are left out. By Newton's method, which ends in few steps once the rows inside the margin
 * stay the same (Mangasarian, A finite Newton method for classification, 2002); wide matrices by L-BFGS.
 */
export function fitHinge(
  matrix: Matrix,
  standard: Float64Array,
  c: number,
  weights: Float64Array | undefined,
): Float64Array {
  const { rows, columns, codes, labels } = matrix;
  const width = matrixWidth(columns);
  const total = totalWeight({ rows, weights });
  const penalty = 1 / (c * total);
  const margins = new Float64Array(rows);
  const residuals = new Float64Array(rows);
  const bends = new Float64Array(rows);
  const objective: Objective = (point, gradient) => {
    margins.fill(point[width]!);
    addMargins(margins, standard, codes, columns, point);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const side = labels[row] === 1 ? 1 : -1;
      const share = (weights?.[row] ?? 1) / total;
      const lack = Math.max(0, 1 - side * margins[row]!);
      loss += share * lack * lack;
      residuals[row] = -2 * share * side * lack;
      bends[row] = lack > 0 ? 2 * share : 0;
    }
    fillGradient(gradient, residuals, standard, codes, columns);
    for (let column = 0; column < width; column++) {
      loss += 0.5 * penalty * point[column]! ** 2;
      gradient[column]! += penalty * point[column]!;
    }
    return loss;
  };
  const start = new Float64Array(width + 1);
  if (width > NEWTON.columns || columns.numbers.length > NEWTON.numbers) return minimise(objective, start);
  /** Second derivatives where `objective` was asked last. */
  const bend = (): Float64Array => {
    const products = weightedProducts(bends, standard, codes, columns);
    for (let column = 0; column < width; column++) products[column * (width + 2)]! += penalty;
    return products;
  };
  return descend(objective, bend, start);
}

function descend(objective: Objective, bend: () => Float64Array, start: Float64Array): Float64Array {
  let point = start;
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  for (let step = 0; step < MAX_STEPS && gradient.some((slope) => Math.abs(slope) > TOLERANCE); step++) {
    const move = solvePositive(bend(), gradient);
    const fall = move.reduce((sum, by, at) => sum + by * gradient[at]!, 0);
    const trialGradient = new Float64Array(start.length);
    let [trial, trialValue] = [point, Infinity];
    for (let length = 1; length > 1e-10; length /= 2) {
      trial = point.map((coordinate, at) => coordinate - length * move[at]!);
      trialValue = objective(trial, trialGradient);
      if (trialValue <= value - 1e-4 * length * fall) break;
    }
    if (!(trialValue < value)) break;
    point = trial;
    gradient = trialGradient;
    value = trialValue;
  }
  return point;
}
