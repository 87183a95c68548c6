import { describe, expect, it } from 'vitest';
import {
  buildMatrix,
  createRandom,
  encodeTable,
  fitBoosting,
  fitColumns,
  fitForest,
  fitKernelSvm,
  fitLogistic,
  fitNetwork,
  keepNeighbours,
  marginsOf,
  type Matrix,
  probabilitiesOf,
} from '../learners/index.ts';
import { generateDataset } from './generated-dataset.ts';
import { calibrationError } from './measure/calibration.ts';
import { logLoss } from './measure/metrics.ts';
import { foldLine, lineScaleOf, recalibrate } from './recalibrate.ts';

function matrixOf(seed: number, rows: number): Matrix {
  const { examples, features } = generateDataset({ seed, rows, signal: 1 });
  const table = encodeTable(examples, features);
  const all = Int32Array.from(examples.keys());
  return buildMatrix(table, fitColumns(table, all), all);
}

describe('recalibration', () => {
  it.each([true, false])(
    'corrects scores that are too sure and leaves calibrated ones alone (in time: %s)',
    (inTime) => {
      const random = createRandom(1);
      const honest = Float64Array.from({ length: 2000 }, () => random.unit());
      const labels = Uint8Array.from(honest, (score) => (random.unit() < score ? 1 : 0));
      const sure = honest.map((score) => 1 / (1 + (1 / score - 1) ** 3));
      const folds = Int32Array.from(labels.keys(), (row) => row % 5);
      const helped = recalibrate(labels, sure, folds, inTime);
      expect(helped.line?.slope).toBeCloseTo(1 / 3, 1);
      expect(calibrationError(labels, helped.scores)).toBeLessThan(calibrationError(labels, sure) / 2);
      expect(recalibrate(labels, honest, folds, inTime)).toMatchObject({ line: undefined, scores: honest });
    },
  );

  it.each([
    { inTime: false, teachers: (fold: number) => [0, 1, 2, 3, 4].filter((other) => other !== fold) },
    { inTime: true, teachers: (fold: number) => (fold === 0 ? [] : [fold - 1]) },
  ])('draws the line of a fold from no rows but those of its teachers (in time: $inTime)', ({ inTime, teachers }) => {
    const random = createRandom(4);
    const honest = Float64Array.from({ length: 2000 }, () => random.unit());
    const labels = Uint8Array.from(honest, (score) => (random.unit() < score ? 1 : 0));
    const sure = honest.map((score) => 1 / (1 + (1 / score - 1) ** 3));
    const folds = Int32Array.from(labels.keys(), (row) => row % 5);
    const scoresOf = (given: Uint8Array, fold: number) =>
      recalibrate(given, sure, folds, inTime).scores.filter((_, row) => folds[row] === fold);
    for (const changed of [0, 1, 2, 3, 4]) {
      let left = 20;
      const other = labels.map((label, row) => (folds[row] === changed && left-- > 0 ? 1 - label : label));
      const moved = [0, 1, 2, 3, 4].filter((fold) => scoresOf(labels, fold).join() !== scoresOf(other, fold).join());
      expect(moved).toEqual([0, 1, 2, 3, 4].filter((fold) => teachers(fold).includes(changed)));
    }
  });

  it('folds into models of every kind whose score is log-odds', () => {
    const matrix = matrixOf(1, 200);
    const models = [
      fitLogistic(matrix, { c: 1 }),
      fitBoosting(matrix, { trees: 5, rate: 0.1, leaves: 8, minRows: 5 }),
      fitKernelSvm(matrix, { c: 1 }),
      fitNetwork(matrix, { hidden: [4], epochs: 5 }, 'classification'),
    ];
    for (const model of models) {
      const before = marginsOf(model, matrix);
      const after = marginsOf(foldLine(model, { slope: 0.7, intercept: -0.2 }), matrix);
      after.forEach((margin, row) => expect(margin).toBeCloseTo(0.7 * before[row]! - 0.2, 10));
    }
  });

  it('makes the share among neighbours a score under a sigmoid, and folds into that again', () => {
    const matrix = matrixOf(1, 200);
    const neighbours = keepNeighbours(matrix, { k: 9 }, 'classification');
    expect(lineScaleOf(neighbours)).toBe('score');
    const shares = probabilitiesOf(neighbours, matrix);
    const folded = foldLine(neighbours, { slope: 4, intercept: -1 });
    expect(lineScaleOf(folded)).toBe('log-odds');
    const twice = foldLine(folded, { slope: 0.5, intercept: 0.2 });
    marginsOf(twice, matrix).forEach((margin, row) => {
      expect(margin).toBeCloseTo(0.5 * (4 * shares[row]! - 1) + 0.2, 10);
    });
  });

  it('makes the mean of a forest a score under a sigmoid, where the forest is less sure than it could be', () => {
    const [known, fresh] = [1, 2].map((seed) => matrixOf(seed, 1500));
    const forest = fitForest(known!, { trees: 50, depth: 4, minRows: 5 });
    expect(lineScaleOf(forest)).toBe('score');
    const scores = probabilitiesOf(forest, fresh!);
    const folds = Int32Array.from(scores.keys(), (row) => row % 5);
    const { line, over, scores: adjusted } = recalibrate(fresh!.labels, scores, folds, false, lineScaleOf(forest));
    expect(over).toBe('score');
    expect(logLoss(fresh!.labels, adjusted)).toBeLessThan(logLoss(fresh!.labels, scores));
    const folded = foldLine(forest, line!);
    const expected = scores.map((score) => line!.slope * score + line!.intercept);
    marginsOf(folded, fresh!).forEach((margin, row) => expect(margin).toBeCloseTo(expected[row]!, 10));
    expect(lineScaleOf(folded)).toBe('log-odds');
  });
});
