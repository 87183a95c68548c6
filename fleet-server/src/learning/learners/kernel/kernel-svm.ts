import type { KernelModel } from '../../../supply/onnx/fitted-model.ts';
import { crossFolds, inFold, outOfFold } from '../calibration/cross-fit.ts';
import { fitPlatt } from '../calibration/platt.ts';
import { standardRows } from '../design.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { defaultGamma, kernelMatrix } from './kernel-matrix.ts';
import { solveDual } from './smo.ts';

export interface KernelSvmParameters {
  /** What a row on the wrong side costs, as in LIBSVM. */
  c: number;
  /** Of exp(−gamma · ‖x − y‖²) over standardised columns. Default 1 / (columns × variance of all values). */
  gamma?: number;
}

/**
 * Fits a support vector machine with Gaussian kernel, and Platt's line through margins of rows that the machine behind
 * them had not seen. The model keeps the rows that decide, its support vectors.
 */
export function fitKernelSvm(matrix: Matrix, { c, gamma }: KernelSvmParameters, seed = 0): KernelModel {
  const { rows, columns, labels, weights } = matrix;
  const width = matrixWidth(columns);
  // The graph keeps vectors as float32: what is fitted is what is shipped.
  const points = standardRows(matrix).map(Math.fround);
  const scale = gamma ?? defaultGamma(points, rows, weights);
  const kernel = kernelMatrix(points, rows, scale);
  const boundsOf = (counts: Float64Array) => counts.map((count) => c * count);
  const { alphas, bias, margins } = solveDual(kernel, labels, boundsOf(weights ?? new Float64Array(rows).fill(1)));
  const folds = crossFolds(matrix, seed);
  for (const fold of new Set(folds)) {
    const others = outOfFold(matrix, folds, fold);
    if (others === undefined) continue;
    const unseen = solveDual(kernel, labels, boundsOf(others)).margins;
    for (const row of inFold(folds, fold)) margins[row] = unseen[row]!;
  }
  const { slope, intercept } = fitPlatt(margins, labels, weights);
  const kept = [...alphas.keys()].filter((row) => alphas[row]! > 0);
  // A model holds at least one vector; here it says nothing.
  const supports = kept.length > 0 ? kept : [0];
  const vectors = new Float64Array(supports.length * width);
  supports.forEach((row, place) => vectors.set(points.subarray(row * width, (row + 1) * width), place * width));
  const coefficients = Float64Array.from(supports, (row) => slope * (labels[row] === 1 ? alphas[row]! : -alphas[row]!));
  return { kind: 'kernel', columns, gamma: scale, vectors, coefficients, bias: slope * bias + intercept };
}
