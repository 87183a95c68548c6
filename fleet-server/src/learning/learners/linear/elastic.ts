import { type Matrix, matrixWidth, totalWeight } from '../matrix.ts';
import { descend } from './coordinate-descent.ts';
import { solvePositive } from './solve-positive.ts';
import type { RowLoss } from './row-loss.ts';
import { addMargins, fillGradient, standardise, weightedProducts } from './standard.ts';

export interface ElasticPenalty {
  /** Times Σ |weight|. */
  l1: number;
  /** Times ½ Σ weight². */
  l2: number;
}

/** What no component of the gradient exceeds at the end; a row's loss is of the order of one. */
const TOLERANCE = 1e-10;
const MAX_STEPS = 100;

/**
 * Minimises mean loss + l1 · ‖w‖₁ + l2 / 2 · ‖w‖² over the standardised matrix, the bias free, rows by their weights.
 * Proximal Newton: each step minimises the quadratic model with the penalty kept exact, by coordinate descent, and is
 * shortened until it descends. Weights that the penalty holds at zero are exactly zero.
 * Source: Lee, Sun & Saunders, Proximal Newton-type methods, SIAM J. Optim. 24(3), 2014; Yuan, Ho & Lin, JMLR 13, 2012.
 * @returns the weights, and the bias after them
 */
export function fitElastic(matrix: Matrix, losses: RowLoss, { l1, l2 }: ElasticPenalty): Float64Array {
  const { rows, columns, codes } = matrix;
  const width = matrixWidth(columns);
  const standard = standardise(matrix);
  const shares = sharesOf(matrix);
  const margins = new Float64Array(rows);
  const [slopes, bends] = [new Float64Array(rows), new Float64Array(rows)];
  const gradient = new Float64Array(width + 1);
  const measure = (point: Float64Array): number => {
    margins.fill(point[width]!);
    addMargins(margins, standard, codes, columns, point);
    let loss = 0;
    for (let row = 0; row < rows; row++) loss += shares[row]! * losses.loss(margins[row]!, row);
    return loss + penaltyOf(point, width, l1, l2);
  };
  let point = new Float64Array(width + 1);
  let value = measure(point);
  for (let step = 0; step < MAX_STEPS; step++) {
    for (let row = 0; row < rows; row++) {
      slopes[row] = shares[row]! * losses.slope(margins[row]!, row);
      bends[row] = shares[row]! * losses.bend(margins[row]!, row);
    }
    fillGradient(gradient, slopes, standard, codes, columns);
    for (let column = 0; column < width; column++) gradient[column]! += l2 * point[column]!;
    if (violation(point, gradient, width, l1) <= TOLERANCE) break;
    const products = weightedProducts(bends, standard, codes, columns);
    for (let column = 0; column < width; column++) products[column * (width + 2)]! += l2;
    const wanted = l1 === 0 ? newtonPoint(point, gradient, products) : descend(point, gradient, products, l1);
    // What the model of the step promises; the step is taken as far as a part of it is kept.
    let promise = l1 * (sizeOf(wanted, width) - sizeOf(point, width));
    for (let at = 0; at <= width; at++) promise += gradient[at]! * (wanted[at]! - point[at]!);
    // Too little to be seen in the loss itself, and the last step that Newton's method needs.
    if (-promise <= 1e-12 * Math.max(1, value)) return wanted;
    let taken = wanted;
    let next = measure(taken);
    for (let length = 0.5; next > value + 1e-4 * 2 * length * promise && length > 1e-9; length /= 2) {
      taken = point.map((from, at) => from + length * (wanted[at]! - from));
      next = measure(taken);
    }
    if (!(next < value)) break;
    point = taken;
    value = next;
  }
  return point;
}

function newtonPoint(point: Float64Array, gradient: Float64Array, products: Float64Array): Float64Array<ArrayBuffer> {
  return solvePositive(products, gradient).map((move, at) => point[at]! - move);
}

/** Each row's part of the mean. */
export function sharesOf({ rows, weights }: Matrix): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1 / rows);
  const total = totalWeight({ rows, weights });
  return weights.map((weight) => weight / total);
}

function penaltyOf(point: Float64Array, width: number, l1: number, l2: number): number {
  let squares = 0;
  for (let column = 0; column < width; column++) squares += point[column]! ** 2;
  return l1 * sizeOf(point, width) + 0.5 * l2 * squares;
}

function sizeOf(point: Float64Array, width: number): number {
  let sum = 0;
  for (let column = 0; column < width; column++) sum += Math.abs(point[column]!);
  return sum;
}

/** How far the point is from fulfilling the conditions of a minimum (Karush, Kuhn, Tucker). */
function violation(point: Float64Array, gradient: Float64Array, width: number, l1: number): number {
  let worst = Math.abs(gradient[width]!);
  for (let column = 0; column < width; column++) {
    const [weight, slope] = [point[column]!, gradient[column]!];
    const own = weight === 0 ? Math.max(0, Math.abs(slope) - l1) : Math.abs(slope + l1 * Math.sign(weight));
    worst = Math.max(worst, own);
  }
  return worst;
}
