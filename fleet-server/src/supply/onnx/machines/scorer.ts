import type { KernelModel, NeighboursModel, NetworkModel } from '../fitted-model.ts';
import { neighboursScorer } from './neighbours-score.ts';
import { networkScorer } from './network-score.ts';
import { standardiseRow } from './standard-row.ts';

/** Models that mix all columns of a row before they add anything up. */
export type MachineModel = NetworkModel | KernelModel | NeighboursModel;

/** Raw score of a row of the raw design matrix (NaN for missing, indicators after the numbers); the row is overwritten. */
export function scorerOf(model: MachineModel): (row: Float64Array) => number {
  switch (model.kind) {
    case 'network':
      return networkScorer(model);
    case 'kernel':
      return kernelScorer(model);
    case 'neighbours':
      return neighboursScorer(model);
  }
}

/** Log-odds of a row of the raw design matrix, which is overwritten. Vectors count as the float32 that the graph holds. */
function kernelScorer(model: KernelModel): (row: Float64Array) => number {
  const { columns, gamma, coefficients, bias } = model;
  const vectors = Float32Array.from(model.vectors);
  return (row) => {
    standardiseRow(row, columns);
    let score = bias;
    for (let vector = 0, at = 0; vector < coefficients.length; vector += 1) {
      let squares = 0;
      for (let column = 0; column < row.length; column += 1, at += 1) squares += (row[column]! - vectors[at]!) ** 2;
      score += coefficients[vector]! * Math.exp(-gamma * squares);
    }
    return score;
  };
}
