import * as ort from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import type { GraphInput, GraphOutput } from '@plumbline/shared/manifest';
import { decodeModel } from '@plumbline/shared/onnx';
import type { Feed } from '@plumbline/shared/predict';
import { createExplainer } from '@plumbline/shared/predict/explain';
import { sha256Hex } from '@plumbline/shared/trust';
import { evaluate } from '../../supply/onnx/export/evaluate.ts';
import { exportModel } from '../../supply/onnx/export/export-model.ts';
import type { Columns, FittedModel } from '../../supply/onnx/fitted-model.ts';
import { recipeFamilies } from '../../supply/onnx/recipes/families.ts';
import { type Matrix, numberMatrix } from './matrix.ts';
import { createRandom } from './random.ts';
import { fitMember, LEARNERS, type Member } from './registry.ts';
import type { Learner, Task } from './learner.ts';

wasm.env.wasm.numThreads = 1;
const ENGINES = { node: ort, wasm: wasm as unknown as typeof ort };
const ROWS = 400;
const LEVELS = Array.from({ length: 9 }, (_, level) => `trade ${level}`);
const WIDTH = 3;

/** Three numbers with missing values and a category of nine levels that matters in two sets; days up to 5,000. */
function siteMatrix(seed: number): Matrix {
  const random = createRandom(seed);
  const plain = numberMatrix(
    Float32Array.from({ length: WIDTH * ROWS }, () => (random.unit() < 0.1 ? Number.NaN : 10 * random.unit())),
    new Uint8Array(ROWS),
  );
  const codes = Uint8Array.from({ length: ROWS }, () => random.below(LEVELS.length + 1));
  const late = (row: number): number => (codes[row]! % 2) + (plain.numbers[row]! > 5 ? 0.7 : 0);
  return {
    ...plain,
    columns: { ...plain.columns, categories: [{ name: 'trade', levels: LEVELS }] },
    codes: [codes],
    labels: Uint8Array.from({ length: ROWS }, (_, row) => (late(row) + random.unit() > 1.2 ? 1 : 0)),
    targets: Float32Array.from({ length: ROWS }, (_, row) => 2500 * late(row) + 700 * random.unit() - 60),
  };
}

/** What the graph is fed: values on thresholds, missing ones, unseen levels. */
function askedRows({ numbers, codes }: Matrix) {
  const asked = 120;
  const given = Float32Array.from({ length: WIDTH * asked }, (_, index) => {
    return numbers[(index % WIDTH) * ROWS + Math.floor(index / WIDTH)]!;
  });
  const categories = Array.from({ length: asked }, (_, row) => LEVELS[codes[0]![row]!] ?? (row % 2 === 0 ? '' : 'new'));
  return { numbers: given, categories, rows: asked };
}

type Asked = ReturnType<typeof askedRows>;

async function answersOf(engine: keyof typeof ENGINES, bytes: Uint8Array, asked: Asked, value: boolean) {
  const { InferenceSession, Tensor } = ENGINES[engine];
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const outputs = await session.run({
    numbers: new Tensor('float32', asked.numbers, [asked.rows, WIDTH]),
    categories: new Tensor('string', asked.categories, [asked.rows, 1]),
  });
  await session.release();
  const data = outputs[value ? 'value' : 'probabilities']!.data as Float32Array;
  return value ? data : data.filter((_, index) => index % 2 === 1);
}

const boosting = { trees: 25, rate: 0.2, leaves: 10, minRows: 5 };
const CASES: [string, Task, Member][] = [
  ['a decision tree', 'classification', { algorithm: 'decision-tree', parameters: { depth: 6, minRows: 3 } }],
  ['AdaBoost', 'classification', { algorithm: 'adaboost', parameters: { trees: 20, depth: 2 } }],
  ['boosting', 'classification', { algorithm: 'boosting', parameters: { ...boosting, monotone: { x0: 'up' } } }],
  ['boosting by sets', 'classification', { algorithm: 'boosting', parameters: { ...boosting, categories: 'native' } }],
  ['a tree of days', 'regression', { algorithm: 'decision-tree', parameters: { depth: 6, minRows: 3 } }],
  ['a forest of days', 'regression', { algorithm: 'forest', parameters: { trees: 10, depth: 5, minRows: 2 } }],
  [
    'boosting of days by sets',
    'regression',
    { algorithm: 'boosting', parameters: { ...boosting, categories: 'native' } },
  ],
  [
    'boosting of a quantile',
    'regression',
    { algorithm: 'boosting', parameters: { ...boosting, loss: { quantile: 0.8 } } },
  ],
];

describe.each(CASES)('the graph of %s', (_title, task, member) => {
  const matrix = siteMatrix(3);
  const model = fitMember(member, matrix, { task, seed: 1 });
  const asked = askedRows(matrix);
  const value = task === 'regression';
  const expected = evaluate(model, asked.numbers, asked.categories);

  it('answers what the model does, on both runtimes and in both versions', async () => {
    const largest = value ? Math.max(...expected.map(Math.abs)) : 1;
    expect(largest).toBeGreaterThan(value ? 2000 : 0);
    for (const target of ['current', 'older'] as const) {
      const bytes = exportModel(model, { target });
      expect(exportModel(model, { target })).toEqual(bytes);
      for (const engine of ['node', 'wasm'] as const) {
        const answers = await answersOf(engine, bytes, asked, value);
        const apart = answers.map((answer, row) => Math.abs(answer - expected[row]!));
        // Days are sums that float32 holds exactly.
        expect(Math.max(...apart)).toBeLessThanOrEqual(value ? 0 : 1e-5);
      }
    }
  });

  it('explains itself in every encoding: contributions add up, and sets speak of their category', async () => {
    const whole = exportModel(model);
    const context = { calibration: [], observe: async () => [], opsets: { 'ai.onnx': 21, 'ai.onnx.ml': 5 } };
    const encodings = [whole];
    for (const family of recipeFamilies) {
      for (const { bytes } of await family.candidates(decodeModel(whole), context)) encodings.push(bytes);
    }
    expect(encodings.length).toBeGreaterThan(2);
    for (const bytes of encodings) expectExplained(model, bytes, await answersOf('node', bytes, asked, value), asked);
  });
});

it.each(['decision-tree', 'adaboost', 'boosting', 'forest'] as const)(
  '%s draws and lists nothing that it refuses',
  (name) => {
    const learner = LEARNERS[name] as Learner<unknown>;
    const random = createRandom(5);
    const drawn = Array.from({ length: 100 }, () => learner.draw(random));
    for (const parameters of [...drawn, ...learner.grid]) learner.check(parameters);
    expect(new Set(drawn.map((each) => JSON.stringify(each))).size).toBeGreaterThan(50);
  },
);

function expectExplained({ columns, answer }: FittedModel, bytes: Uint8Array, said: Float32Array, asked: Asked): void {
  const output: GraphOutput =
    answer === 'value'
      ? { kind: 'value', value: 'value', unit: 'd' }
      : { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' };
  const model = { sha256: sha256Hex(bytes), sizeBytes: bytes.length };
  const explainer = createExplainer({ model: bytes, manifest: { inputs: inputsOf(columns), output, model } });
  if (typeof explainer === 'string') throw new Error(`not understood: ${explainer}`);
  expect(explainer.scale).toBe(answer === 'value' || explainer.scale === 'score' ? 'score' : 'margin');
  const feeds: Feed[] = [
    { name: 'numbers', dtype: 'float32', dims: [asked.rows, WIDTH], data: asked.numbers },
    { name: 'categories', dtype: 'string', dims: [asked.rows, 1], data: asked.categories },
  ];
  let ofTrade = 0;
  for (let row = 0; row < asked.rows; row += 7) {
    const { raw, score, contributions } = explainer.explain(feeds, row);
    const total = contributions.reduce((sum, each) => sum + each, explainer.base);
    expect(Math.abs(total - raw)).toBeLessThan(1e-5 * Math.max(1, Math.abs(raw)));
    expect(Math.abs(score - said[row]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
    ofTrade += Math.abs(contributions[WIDTH]!);
  }
  expect(ofTrade).toBeGreaterThan(0);
}

const feature = (name: string, type: 'number' | 'category') => ({
  name,
  type,
  missing: 'accept' as const,
  from: { column: name },
});

function inputsOf({ numbers, categories }: Columns): GraphInput[] {
  const input = { kind: 'columns' as const, batch: 'dynamic' as const };
  return [
    { ...input, name: 'numbers', dtype: 'float32', features: numbers.map(({ name }) => feature(name, 'number')) },
    {
      ...input,
      name: 'categories',
      dtype: 'string',
      features: categories.map(({ name }) => feature(name, 'category')),
    },
  ];
}
