import * as fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../../supply/onnx/export/export-model.ts';
import type { Tree } from '../../../supply/onnx/fitted-model.ts';
import { fitMember } from '../registry.ts';
import { binMatrix } from '../boosting/bins.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { marginsOf, probabilitiesOf, valuesOf } from '../margins.ts';
import { createRandom } from '../random.ts';
import { logit } from '../sigmoid.ts';
import type { Matrix } from '../matrix.ts';
import { buildMatrix, fitColumns, numberMatrix } from '../matrix.ts';
import { rocAuc } from '../../training/measure/metrics.ts';
import { encodeTable } from '../table.ts';
import { fitForest } from './forest.ts';
import { createForestSpace, growDepthFirst } from './grow-tree.ts';

function generatedMatrix(seed: number, rows: number): Matrix {
  const { examples, features } = generateDataset({ seed, rows, signal: 1 });
  const table = encodeTable(examples, features);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return buildMatrix(table, fitColumns(table, all), all);
}

const parameters = { trees: 30, depth: 6, minRows: 2 };
const splitsOf = ({ feature, threshold, left, right, missingLeft }: Tree) => [
  feature,
  threshold,
  left,
  right,
  missingLeft,
];

const mean = (scores: Float64Array) => scores.reduce((sum, score) => sum + score, 0) / scores.length;

/** Days that follow the first two columns. */
const daysOf = ({ numbers, rows }: Matrix) =>
  Float32Array.from({ length: rows }, (_, row) => {
    const [a, b] = [0, 1].map((column) => numbers[column * rows + row]!);
    return 2000 + 900 * (Number.isNaN(a!) ? -1 : a!) + 400 * (Number.isNaN(b!) ? 1 : b!);
  });

describe('a random forest', () => {
  it('divides as an exhaustive search for the least Gini impurity does', () => {
    const row = fc.record({
      x: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
      label: fc.integer({ min: 0, max: 1 }),
      weight: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (rows, minRows) => {
        const matrix = numberMatrix(
          Float32Array.from([0, 1].flatMap((column) => rows.map(({ x }) => x[column as 0 | 1]))),
          Uint8Array.from(rows, ({ label }) => label),
        );
        const space = createForestSpace(binMatrix(matrix, 255), 2);
        rows.forEach(({ label, weight }, index) => {
          space.rows[index] = index;
          space.hessians[index] = weight;
          space.gradients[index] = -weight * label;
        });
        const limits = { depth: 1, minRows, l2: 0, features: 2, classes: true };
        const { tree } = growDepthFirst(space, limits, createRandom(1), (share) => share);
        const [feature, threshold] = [tree.feature[0]!, tree.threshold[0]!];
        const least = Math.min(
          ...[0, 1].flatMap((column) => rows.map(({ x }) => impurity(rows, column, x[column as 0 | 1], minRows))),
        );
        const undivided = impurity(rows, 0, Infinity, 0);
        const found = feature >= 0 ? impurity(rows, feature, threshold, minRows) : undivided;
        expect(found).toBeCloseTo(Math.min(least, undivided), 7);
      }),
      { numRuns: 200 },
    );
  });

  it('answers in the runtime to the bit what it answers here, missing values and categories included', async () => {
    const matrix = generatedMatrix(1, 500);
    const model = fitForest(matrix, parameters, 3);
    const session = await ort.InferenceSession.create(exportModel(model), { logSeverityLevel: 3 });
    const { numbers, categories } = matrix.columns;
    const rowMajor = Float32Array.from({ length: 500 * numbers.length }, (_, index) => {
      const [row, column] = [Math.floor(index / numbers.length), index % numbers.length];
      return matrix.numbers[column * 500 + row]!;
    });
    const trades = Array.from(matrix.codes[0]!, (code) => categories[0]!.levels[code] ?? 'unseen');
    const { probabilities } = await session.run({
      numbers: new ort.Tensor('float32', rowMajor, [500, numbers.length]),
      categories: new ort.Tensor('string', trades, [500, 1]),
    });
    const late = (probabilities!.data as Float32Array).filter((_, index) => index % 2 === 1);
    expect(Float64Array.from(late)).toEqual(probabilitiesOf(model, matrix));
    expect(marginsOf(model, matrix)).toEqual(probabilitiesOf(model, matrix).map(logit));
  });

  it('ranks new rows better than one of its trees', () => {
    const [matrix, fresh] = [generatedMatrix(2, 2000), generatedMatrix(3, 2000)];
    const forest = fitForest(matrix, { ...parameters, trees: 60, depth: 8 });
    const one = fitForest(matrix, { ...parameters, trees: 1, depth: 8 });
    const [together, alone] = [forest, one].map((model) => rocAuc(fresh.labels, probabilitiesOf(model, fresh)));
    expect(together).toBeGreaterThan(alone! + 0.03);
    // The best that anyone can do here is about 0.85 without the missing values.
    expect(together).toBeGreaterThan(0.79);
  });

  it('learns that missing itself tells', () => {
    const random = createRandom(2);
    const labels = Uint8Array.from({ length: 300 }, () => random.below(2));
    const matrix = numberMatrix(
      Float32Array.from(labels, (label) => (label === 1 ? Number.NaN : random.unit())),
      labels,
    );
    expect(rocAuc(labels, probabilitiesOf(fitForest(matrix, parameters), matrix))).toBe(1);
  });

  it('draws on until a column divides, where most columns are constant', () => {
    const labels = Uint8Array.from({ length: 60 }, (_, row) => row % 2);
    const numbers = Float32Array.from({ length: 60 * 20 }, (_, index) => (index < 60 ? index % 2 : 7));
    const matrix = numberMatrix(numbers, labels);
    const { trees } = fitForest(matrix, { ...parameters, depth: 1, features: 1 });
    for (const { feature } of trees) expect([...feature]).toEqual([0, -1, -1]);
  });

  it('is the same for a seed, another for another, and no tree depends on how many there are', () => {
    const matrix = generatedMatrix(4, 300);
    const forest = fitForest(matrix, parameters, 1);
    expect(fitForest(matrix, parameters, 1)).toEqual(forest);
    expect(fitForest(matrix, parameters, 2)).not.toEqual(forest);
    const fewer = fitForest(matrix, { ...parameters, trees: 7 }, 1);
    expect(fewer.trees.map(splitsOf)).toEqual(forest.trees.slice(0, 7).map(splitsOf));
  });

  it.each([1, 7, 60, 70, 1000])('of %d trees never adds up to more than one or less than nothing', (trees) => {
    const matrix = generatedMatrix(5, 60);
    for (const only of [0, 1]) {
      const certain = { ...matrix, labels: new Uint8Array(60).fill(only) };
      const model = fitForest(certain, { trees, depth: 2, minRows: 1 });
      for (const probability of probabilitiesOf(model, matrix)) {
        expect(probability).toBeCloseTo(only, 4);
        expect(Math.abs(probability - 0.5)).toBeLessThanOrEqual(0.5);
        expect(Math.fround(probability)).toBe(probability);
      }
    }
  });

  it('weighs rows once they are drawn: all alike changes nothing, and rows of no weight teach nothing', () => {
    const matrix = generatedMatrix(8, 300);
    const small = { trees: 8, depth: 5, minRows: 3 };
    const plain = fitForest(matrix, small, 1);
    expect(fitForest({ ...matrix, weights: new Float64Array(300).fill(2) }, small, 1)).toEqual(plain);
    const weights = Float64Array.from(matrix.labels, (label) => (label === 1 ? 0 : 1));
    const most = Math.max(...probabilitiesOf(fitForest({ ...matrix, weights }, small, 1), matrix));
    expect(most).toBe(0);
    const tilted = Float64Array.from(matrix.labels, (label) => (label === 1 ? 3 : 0.5));
    const after = mean(probabilitiesOf(fitForest({ ...matrix, weights: tilted }, small, 1), matrix));
    expect(after).toBeGreaterThan(mean(probabilitiesOf(plain, matrix)) + 0.15);
  });

  it('of days answers a mean of their leaves, nearer than one tree does', () => {
    const [matrix, fresh] = [generatedMatrix(9, 1000), generatedMatrix(10, 1000)];
    const targets = daysOf(matrix);
    const wanted = daysOf(fresh);
    const errorOf = (trees: number) => {
      const model = fitForest({ ...matrix, targets }, { trees, depth: 8, minRows: 2 }, 1, 'regression');
      const values = valuesOf(model, fresh);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...targets) - 1);
      expect(Math.max(...values)).toBeLessThanOrEqual(Math.max(...targets) + 1);
      return values.reduce((sum, value, row) => sum + (value - wanted[row]!) ** 2, 0);
    };
    expect(errorOf(30)).toBeLessThan(0.8 * errorOf(1));
  });

  it('keeps to its depth and never leaves fewer than minRows training rows in a leaf', () => {
    const matrix = generatedMatrix(6, 400);
    const model = fitForest(matrix, { trees: 10, depth: 3, minRows: 30 });
    for (const tree of model.trees) {
      expect(depthOf(tree)).toBeLessThanOrEqual(3);
      for (const rows of rowsByLeaf(tree, matrix).values()) expect(rows).toBeGreaterThanOrEqual(30);
    }
  });

  it.each([
    ['forest.trees', { trees: 0 }],
    ['forest.depth', { depth: 33 }],
    ['forest.minRows', { minRows: 1.5 }],
    ['forest.features', { features: 0 }],
  ])('refuses %s outside its range', (field, more) => {
    const refused = () =>
      fitMember({ algorithm: 'forest', parameters: { ...parameters, ...more } }, generatedMatrix(7, 60), {
        task: 'classification',
        seed: 0,
      });
    expect(refused).toThrow(expect.objectContaining({ code: 'bad_parameter', field }));
  });
});

interface WeightedRow {
  x: [number, number];
  label: number;
  weight: number;
}

/** Weighted Gini impurity of both sides of "x <= threshold"; infinite where a side has too few rows. */
function impurity(rows: WeightedRow[], column: number, threshold: number, minRows: number): number {
  const sides = [true, false].map((left) => rows.filter(({ x }) => x[column as 0 | 1] <= threshold === left));
  if (sides.some((side) => side.length < minRows)) return Infinity;
  return sides.reduce((sum, side) => {
    const weight = side.reduce((total, row) => total + row.weight, 0);
    const late = side.reduce((total, row) => total + row.weight * row.label, 0);
    return weight === 0 ? sum : sum + 2 * late * (1 - late / weight);
  }, 0);
}

function depthOf(tree: Tree, node = 0): number {
  if (tree.feature[node] === -1) return 0;
  return 1 + Math.max(depthOf(tree, tree.left[node]), depthOf(tree, tree.right[node]));
}

/** Training rows by the leaf they reach, told apart by values that name the node. */
function rowsByLeaf(tree: Tree, matrix: Matrix): Map<number, number> {
  const named = { ...tree, value: Float64Array.from(tree.value.keys()) };
  const reached = marginsOf({ kind: 'trees', columns: matrix.columns, trees: [named], base: 0 }, matrix);
  const counts = new Map<number, number>();
  for (const node of reached) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}
