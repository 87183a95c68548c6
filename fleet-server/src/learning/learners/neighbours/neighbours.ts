import type { NeighboursModel } from '../../../supply/onnx/fitted-model.ts';
import { stepOf, STEPS } from '../../../supply/onnx/machines/neighbours-score.ts';
import { standardRows } from '../design.ts';
import type { Task } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { standardTargets } from '../targets.ts';

export interface NeighboursParameters {
  /** How many of the nearest rows answer; a row of weight 2 counts as two of them. All rows, when there are fewer. */
  k: number;
  /** `distance`: nearer rows count more, by 1 / distance. Default `uniform`. */
  weighting?: 'uniform' | 'distance';
  /** Allows a model that holds rows of several sites, and so takes rows of one to the others. Default false. */
  shipRows?: boolean;
}

/** Keeps the rows: nothing is fitted but what the columns know already. Rows of weight 0 are left out. */
export function keepNeighbours(matrix: Matrix, { k, weighting }: NeighboursParameters, task: Task): NeighboursModel {
  const { columns, weights, labels } = matrix;
  const width = matrixWidth(columns);
  if (task === 'regression') standardTargets(matrix);
  const targets = task === 'regression' ? matrix.targets! : labels;
  const kept = [...labels.keys()].filter((row) => weights === undefined || weights[row]! > 0);
  const points = standardRows(matrix);
  const vectors = new Float64Array(kept.length * width);
  kept.forEach((row, place) => {
    for (let column = 0; column < width; column++) {
      vectors[place * width + column] = stepOf(points[row * width + column]!) / STEPS;
    }
  });
  return {
    kind: 'neighbours',
    ...(task === 'regression' ? { answer: 'value' } : {}),
    columns,
    k,
    ...(weighting === 'distance' ? { weighting } : {}),
    vectors,
    targets: Float64Array.from(kept, (row) => targets[row]!),
    ...(weights === undefined ? {} : { rowWeights: Float64Array.from(kept, (row) => weights[row]!) }),
  };
}
