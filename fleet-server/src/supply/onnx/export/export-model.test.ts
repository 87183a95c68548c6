import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { exportModel, exportTreesAsV3 } from './export-model.ts';
import {
  below,
  createRandom,
  randomColumns,
  randomForest,
  randomLinear,
  randomRows,
  randomTrees,
} from './random-models.ts';
import type { FittedModel, LinearModel, Tree, TreesModel } from '../fitted-model.ts';
import { inspectModel } from '../graph/inspect-model.ts';

type Rows = ReturnType<typeof randomRows>;

async function predict(bytes: Uint8Array, model: FittedModel, rows: Rows) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const [k, m] = [model.columns.numbers.length, model.columns.categories.length];
  const feeds: Record<string, ort.Tensor> = {};
  if (k > 0) feeds['numbers'] = new ort.Tensor('float32', rows.numbers, [rows.numbers.length / k, k]);
  if (m > 0) feeds['categories'] = new ort.Tensor('string', rows.categories, [rows.categories.length / m, m]);
  const { probabilities, label } = await session.run(feeds);
  return { probabilities: probabilities!.data as Float32Array, label: label!.data as BigInt64Array };
}

/** Largest distance between the graph and `evaluate`, over both columns. */
async function distance(bytes: Uint8Array, model: FittedModel, rows: Rows): Promise<number> {
  const expected = evaluate(model, rows.numbers, rows.categories);
  const { probabilities, label } = await predict(bytes, model, rows);
  expect(probabilities.length).toBe(2 * expected.length);
  let worst = 0;
  for (const [row, p] of expected.entries()) {
    const [zero, one] = [probabilities[2 * row]!, probabilities[2 * row + 1]!];
    worst = Math.max(worst, Math.abs(one - p), Math.abs(zero - (1 - p)));
    expect(label[row]).toBe(one > zero ? 1n : 0n);
  }
  return worst;
}

const TOLERANCE = 1e-5;

const split = (threshold: number, missingLeft: number, left: number, right: number): Tree => ({
  feature: Int32Array.of(0, -1, -1),
  threshold: Float64Array.of(threshold, 0, 0),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  missingLeft: Uint8Array.of(missingLeft, 0, 0),
  value: Float64Array.of(0, left, right),
});
const leaf = (value: number): Tree => ({
  feature: Int32Array.of(-1),
  threshold: Float64Array.of(0),
  left: Int32Array.of(0),
  right: Int32Array.of(0),
  missingLeft: Uint8Array.of(0),
  value: Float64Array.of(value),
});
const number = (mean = 0, scale = 1, impute = 0) => ({ name: 'x', mean, scale, impute });
const treesOf = (...trees: Tree[]): TreesModel => ({
  kind: 'trees',
  columns: { numbers: [number()], categories: [] },
  trees,
  base: 0.25,
});

describe('random models agree with their plain evaluation, missing and unseen values included', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))('seed %i', async (seed) => {
    const random = createRandom(seed);
    const [k, m] = [below(random, 6), below(random, 4)];
    const columns = randomColumns(random, k + m === 0 ? 1 : k, m);
    const shape = { trees: 1 + below(random, 20), depth: 1 + below(random, 6), rows: 200 };
    for (const model of [randomLinear(random, columns), randomTrees(random, columns, shape)]) {
      for (const target of ['current', 'older'] as const) {
        const bytes = exportModel(model, { target });
        expect(exportModel(model, { target })).toEqual(bytes);
        for (const rows of [1, 2, 100]) {
          expect(await distance(bytes, model, randomRows(random, columns, rows))).toBeLessThanOrEqual(TOLERANCE);
        }
      }
    }
  });
});

describe('trees', () => {
  const edges = Float32Array.of(Number.NaN, -Infinity, 0.5, Math.fround(0.5000001), Infinity, -1);

  test.each([
    ['left everywhere', [split(0.5, 1, 1, -1), split(-0.5, 1, 2, -2)]],
    ['right everywhere', [split(0.5, 0, 1, -1), split(-0.5, 0, 2, -2)]],
    ['left in one tree and right in the other', [split(0.5, 1, 1, -1), split(-0.5, 0, 2, -2)]],
    ['by a threshold of infinity', [split(Infinity, 0, 1, -1)]],
  ])('send NaN %s, in both versions', async (_where, trees) => {
    const model = treesOf(...trees);
    const rows = { numbers: edges, categories: [] };
    for (const bytes of [exportModel(model), exportModel(model, { target: 'older' }), exportTreesAsV3(model)]) {
      expect(await distance(bytes, model, rows)).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  test.each([
    ['some', [leaf(0.5), split(0.5, 1, 1, -1), leaf(-2)]],
    ['all', [leaf(0.5), leaf(-2)]],
    ['none, there being no trees', []],
  ])('that are a single leaf become part of the base: %s', async (_which, trees) => {
    const model = treesOf(...trees);
    expect(await distance(exportModel(model), model, { numbers: edges, categories: [] })).toBeLessThanOrEqual(
      TOLERANCE,
    );
  });

  test('sharing leaves changes the size and nothing else', async () => {
    const random = createRandom(5);
    const columns = randomColumns(random, 4, 1);
    const model = randomTrees(random, columns, { trees: 20, depth: 8, rows: 300 });
    const [shared, own] = [exportModel(model), exportModel(model, { shareLeaves: false })];
    expect(shared.length).toBeLessThan(own.length);
    const rows = randomRows(random, columns, 50);
    expect((await predict(shared, model, rows)).probabilities).toEqual((await predict(own, model, rows)).probabilities);
  });
});

describe('forests, whose score is the probability', () => {
  test.each([1, 2, 3, 4])('agree with their plain evaluation in every version: seed %i', async (seed) => {
    const random = createRandom(seed);
    const columns = randomColumns(random, 5, seed % 3);
    const model = randomForest(random, columns, { trees: 1 + below(random, 40), depth: 8, rows: 300 });
    const rows = randomRows(random, columns, 200);
    for (const bytes of [exportModel(model), exportModel(model, { target: 'older' }), exportTreesAsV3(model)]) {
      expect(await distance(bytes, model, rows)).toBeLessThanOrEqual(5e-7);
    }
  });

  test('stay within [0, 1] where float32 sums past it, in the graph and in the plain evaluation', async () => {
    const tenths = Array.from({ length: 10 }, () => split(0.5, 1, 0.1, 0.1));
    const model: TreesModel = { ...treesOf(...tenths), base: 0, link: 'identity' };
    expect(tenths.reduce((sum) => Math.fround(sum + Math.fround(0.1)), 0)).toBeGreaterThan(1);
    const { probabilities } = await predict(exportModel(model), model, { numbers: Float32Array.of(1), categories: [] });
    expect([...probabilities]).toEqual([0, 1]);
    expect(evaluate({ ...model, base: 1e-9 }, Float32Array.of(1), [])).toEqual(Float64Array.of(1));
  });

  test.each([
    ['above one', 0.4, [split(0.5, 0, 0.1, 0.7)]],
    ['below nothing', 0, [split(0.5, 0, 0.1, 0.7), split(0.5, 0, -0.2, 0.3)]],
  ])('are refused when their leaves can add up to a score %s', (_where, base, trees) => {
    const model: TreesModel = { ...treesOf(...trees), base, link: 'identity' };
    expect(() => exportModel(model)).toThrow(expect.objectContaining({ code: 'onnx_fitted_invalid', field: 'link' }));
    expect(exportModel({ ...model, link: 'sigmoid' })).toEqual(exportModel({ ...treesOf(...trees), base }));
  });
});

const linearOf = (mean: number, scale: number, impute: number): LinearModel => ({
  kind: 'linear',
  columns: { numbers: [number(mean, scale, impute)], categories: [] },
  weights: Float64Array.of(1),
  bias: 0.1,
});

describe('linear models', () => {
  test('fold the standardisation away when float32 can bear it', () => {
    expect(inspectModel(exportModel(linearOf(3, 2, 1))).operators).toEqual({
      'ai.onnx.ml::Imputer': 1,
      'ai.onnx::Gemm': 1,
      'ai.onnx::Sigmoid': 1,
      'ai.onnx::ArgMax': 1,
    });
  });

  test('stay exact where the mean dwarfs the scale, such as a time in seconds', async () => {
    const model = linearOf(1_700_000_123.4, 86_400, 1_700_050_000.7);
    const numbers = Float32Array.of(1_700_000_000, 1_700_100_000, 1_699_900_000, Number.NaN);
    expect(await distance(exportModel(model), model, { numbers, categories: [] })).toBeLessThanOrEqual(TOLERANCE);
  });
});

test('an input of width 0 is left out', () => {
  const random = createRandom(3);
  const names = (k: number, m: number) =>
    inspectModel(exportModel(randomLinear(random, randomColumns(random, k, m)))).inputs.map((input) => input.name);
  expect(names(2, 0)).toEqual(['numbers']);
  expect(names(0, 2)).toEqual(['categories']);
  expect(names(2, 2)).toEqual(['numbers', 'categories']);
});

describe('a fitted model no graph can express is refused by field', () => {
  const cyclic: Tree = { ...split(0.5, 0, 1, -1), left: Int32Array.of(0, 0, 0) };
  const linear: LinearModel = {
    kind: 'linear',
    columns: { numbers: [number()], categories: [] },
    weights: Float64Array.of(1),
    bias: 0,
  };
  const twice = [{ name: 'trade', levels: ['a', 'a'] }];
  test.each<[string, FittedModel, string]>([
    ['a cycle', treesOf(cyclic), 'trees[0]'],
    ['a threshold float32 cannot hold', treesOf(split(0.1, 0, 1, -1)), 'trees[0].threshold[0]'],
    ['a child outside', treesOf({ ...split(0.5, 0, 1, -1), right: Int32Array.of(9, 0, 0) }), 'trees[0]'],
    ['a leaf of NaN', treesOf(leaf(Number.NaN)), 'trees[0].value[0]'],
    ['an empty tree', treesOf({ ...leaf(0), feature: new Int32Array() }), 'trees[0].threshold'],
    ['a scale of 0', { ...linear, columns: { numbers: [number(0, 0)], categories: [] } }, 'columns.numbers[0].scale'],
    ['too few weights', { ...linear, weights: new Float64Array() }, 'weights'],
    [
      'a level twice',
      { ...linear, columns: { numbers: [number()], categories: twice } },
      'columns.categories[0].levels',
    ],
    ['no columns', { ...linear, columns: { numbers: [], categories: [] } }, 'columns'],
  ])('%s', (_what, model, field) => {
    expect(() => exportModel(model)).toThrow(expect.objectContaining({ code: 'onnx_fitted_invalid', field }));
  });
});
