import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { LinearModel } from '../../../supply/onnx/fitted-model.ts';
import { marginsOf } from '../margins.ts';
import { type Matrix, numberMatrix } from '../matrix.ts';
import { createRandom } from '../random.ts';
import { sigmoid } from '../sigmoid.ts';
import { mixedRows } from '../testing/known-problems.ts';
import { fitLinearRegression } from './linear-regression.ts';
import { fitLinearSvm } from './linear-svm.ts';
import { fitLogistic } from './logistic.ts';
import { fillGradient, standardise } from './standard.ts';

/** Six columns, two of them nearly the same and three that tell nothing. */
function overlapping(rows: number, seed: number): Matrix {
  const random = createRandom(seed);
  const draw = () => Array.from({ length: rows }, () => random.unit() + random.unit() + random.unit() - 1.5);
  const [told, ...others] = [draw(), draw(), draw(), draw(), draw()];
  const twin = told!.map((value) => value + 0.05 * (random.unit() - 0.5));
  const labels = Uint8Array.from(told!, (value, row) =>
    Number(random.unit() < sigmoid(4 * value - 2 * others[0]![row]!)),
  );
  const targets = Float32Array.from(told!, (value, row) => 40 * value - 15 * others[0]![row]! + 5 * random.unit());
  return { ...numberMatrix(Float32Array.from([told!, twin, ...others].flat()), labels), targets };
}

/** Sum over rows of slope · row: what the penalty must hold at a minimum. */
function pull(matrix: Matrix, slopes: Float64Array, width: number): Float64Array {
  const gradient = new Float64Array(width + 1);
  fillGradient(gradient, slopes, standardise(matrix), matrix.codes, matrix.columns);
  return gradient;
}

/** By how much the conditions of Karush, Kuhn and Tucker are broken, relative to the largest pull of the penalty. */
function broken(weights: Float64Array, gradient: Float64Array, l1: number, l2: number): number {
  const scale = Math.max(l1, ...weights.map((weight) => Math.abs(l2 * weight)));
  const each = weights.map((weight, column) => {
    const slope = gradient[column]! + l2 * weight;
    return weight === 0 ? Math.max(0, Math.abs(slope) - l1) : Math.abs(slope + l1 * Math.sign(weight));
  });
  return Math.max(...each, Math.abs(gradient.at(-1)!)) / scale;
}

const MATRICES: [string, Matrix][] = [
  ['overlapping numbers', overlapping(500, 1)],
  ['mixed columns', mixedRows(400, 2)],
  [
    'mixed columns by weights',
    { ...mixedRows(400, 2), weights: Float64Array.from({ length: 400 }, (_, row) => (row % 5) / 2) },
  ],
];

describe('logistic regression', () => {
  it.each(MATRICES.flatMap(([what, matrix]) => [0.003, 0.05, 1, 50].map((c) => [what, c, matrix] as const)))(
    'meets the conditions of its minimum, sparse or not: %s, C %d',
    (_, c, matrix) => {
      for (const ratio of [1, 0.5, 0.05]) {
        const { weights, ...model } = fitLogistic(matrix, { c, penalty: 'elastic', l1Ratio: ratio });
        const margins = marginsOf({ ...model, weights }, matrix);
        const slopes = margins.map(
          (margin, row) => (matrix.weights?.[row] ?? 1) * c * (sigmoid(margin) - matrix.labels[row]!),
        );
        expect(broken(weights, pull(matrix, slopes, weights.length), ratio, 1 - ratio)).toBeLessThan(1e-6);
      }
    },
  );

  it('leaves out what tells nothing, exactly, and more of it the stronger the penalty', () => {
    const matrix = overlapping(2000, 3);
    const zeros = [0.003, 0.02, 1].map(
      (c) => fitLogistic(matrix, { c, penalty: 'l1' }).weights.filter((weight) => weight === 0).length,
    );
    expect(zeros).toEqual(zeros.toSorted((a, b) => b - a));
    expect(zeros[0]).toBeGreaterThanOrEqual(4);
    expect(zeros[2]).toBeLessThan(3);
  });

  it('comes to what the smooth solver comes to where nothing of the sparse penalty is left', () => {
    const matrix = mixedRows(300, 4);
    const [smooth, elastic] = [
      fitLogistic(matrix, { c: 1 }),
      fitLogistic(matrix, { c: 1, penalty: 'elastic', l1Ratio: 0 }),
    ];
    smooth.weights.forEach((weight, column) => expect(elastic.weights[column]).toBeCloseTo(weight, 4));
    expect(fitLogistic(matrix, { c: 1, penalty: 'l2' })).toEqual(smooth);
  });
});

describe('linear regression', () => {
  it.each(MATRICES.flatMap(([what, matrix]) => [0.001, 0.1, 2].map((alpha) => [what, alpha, matrix] as const)))(
    'meets the conditions of its minimum: %s, alpha %d',
    (_, alpha, given) => {
      const matrix = { ...given, targets: given.targets! };
      const counts = matrix.weights ?? new Float64Array(matrix.rows).fill(1);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const mean = matrix.targets.reduce((sum, target, row) => sum + counts[row]! * target, 0) / total;
      const variance =
        matrix.targets.reduce((sum, target, row) => sum + counts[row]! * (target - mean) ** 2, 0) / total;
      const spread = Math.sqrt(variance);
      for (const l1Ratio of [0, 0.5, 1]) {
        const model = fitLinearRegression(matrix, { alpha, l1Ratio });
        const misses = marginsOf(model, matrix).map((value, row) => {
          return (counts[row]! * (value - matrix.targets[row]!)) / spread / total;
        });
        const weights = model.weights.map((weight) => weight / spread);
        const gradient = pull(matrix, misses, weights.length);
        expect(broken(weights, gradient, alpha * l1Ratio, alpha * (1 - l1Ratio))).toBeLessThan(1e-6);
      }
    },
  );
});

describe('the linear support vector machine', () => {
  it('gives probabilities that are right on average, for sure rows and for doubtful ones', () => {
    const [known, fresh] = [mixedRows(3000, 1), mixedRows(3000, 2)];
    const margins = marginsOf(fitLinearSvm(known, { c: 1 }, 1), { ...fresh, columns: known.columns });
    const scores = margins.map(sigmoid);
    for (const [from, to] of [
      [0, 0.2],
      [0.2, 0.5],
      [0.5, 0.8],
      [0.8, 1],
    ] as const) {
      const rows = [...scores.keys()].filter((row) => scores[row]! >= from && scores[row]! < to);
      const said = rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
      const late = rows.reduce((sum, row) => sum + fresh.labels[row]!, 0) / rows.length;
      expect(rows.length).toBeGreaterThan(200);
      expect(Math.abs(said - late)).toBeLessThan(0.06);
    }
  });
});

const SCRIPT = `
import json, sys
import numpy as np
from sklearn.linear_model import ElasticNet, LogisticRegression
given = json.load(sys.stdin)
x, y, t = np.array(given['x']), np.array(given['y']), np.array(given['t'])
def logistic(**more):
    model = LogisticRegression(solver='saga', tol=1e-12, max_iter=200000, **more).fit(x, y)
    return model.coef_[0].tolist() + model.intercept_.tolist()
elastic = ElasticNet(alpha=0.05, l1_ratio=0.5, tol=1e-12, max_iter=200000).fit(x, t)
print(json.dumps([logistic(penalty='l1', C=0.05), logistic(penalty='elasticnet', l1_ratio=0.4, C=0.2), elastic.coef_.tolist() + [float(elastic.intercept_)]]))
`;
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import sklearn']).status === 0);

describe('beside scikit-learn', () => {
  it.skipIf(python === undefined)(
    'comes to the same weights (skipped where no python3 has scikit-learn)',
    () => {
      const matrix = overlapping(300, 7);
      const standard = standardise(matrix);
      const { values } = spreadOf(matrix.targets!);
      const x = Array.from({ length: 300 }, (_, row) =>
        Array.from({ length: 6 }, (_column, at) => standard[at * 300 + row]),
      );
      const input = JSON.stringify({ x, y: [...matrix.labels], t: [...values] });
      const { stdout } = spawnSync(python!, ['-c', SCRIPT], { input, encoding: 'utf8', env: { OMP_NUM_THREADS: '1' } });
      const theirs = JSON.parse(stdout) as number[][];
      const regression = fitLinearRegression({ ...matrix, targets: values }, { alpha: 0.05, l1Ratio: 0.5 });
      const ours: LinearModel[] = [
        fitLogistic(matrix, { c: 0.05, penalty: 'l1' }),
        fitLogistic(matrix, { c: 0.2, penalty: 'elastic', l1Ratio: 0.4 }),
        regression,
      ];
      ours.forEach(({ weights, bias }, at) => {
        [...weights, bias].forEach((value, place) => {
          expect(Math.abs(value - theirs[at]![place]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
        });
      });
    },
    60_000,
  );
});

/** Targets of mean 0 and standard deviation 1. */
function spreadOf(targets: Float32Array): { values: Float32Array } {
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const spread = Math.sqrt(targets.reduce((sum, target) => sum + (target - mean) ** 2, 0) / targets.length);
  return { values: targets.map((target) => (target - mean) / spread) };
}
