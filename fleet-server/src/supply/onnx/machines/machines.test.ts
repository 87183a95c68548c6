import * as ort from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web/wasm';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '@plumbline/shared/onnx';
import { createExplainer } from '@plumbline/shared/predict/explain';
import { sha256Hex } from '@plumbline/shared/trust';
import type { LabRun } from '../../../platform/ports/index.ts';
import { evaluate } from '../export/evaluate.ts';
import { exportModel } from '../export/export-model.ts';
import { createRandom, randomColumns, randomRows } from '../export/random-models.ts';
import { type Columns, type FittedModel, holdsRows } from '../fitted-model.ts';
import { denseFamily } from '../dense/index.ts';
import { checkGraph } from '../graph/check-graph.ts';
import { recipeFamilies } from '../recipes/families.ts';
import { contextOf } from '../rewrite/run-here.ts';
import { guessFamily } from '../view/family.ts';
import { randomKernel, randomNeighbours, randomNetwork } from './random-machines.ts';
import type { MachineModel } from './scorer.ts';

type Rows = ReturnType<typeof randomRows>;

wasm.env.wasm.numThreads = 1;
const ENGINES = { node: ort, wasm };
const OPTIONS = { logSeverityLevel: 3, intraOpNumThreads: 1 } as const;

/** Runs a model on several sets of rows: the columns it gives for each row, probabilities of both classes or its value. */
async function predict(engine: keyof typeof ENGINES, bytes: Uint8Array, model: FittedModel, sets: readonly Rows[]) {
  const { InferenceSession, Tensor } = ENGINES[engine] as typeof ort;
  const session = await InferenceSession.create(bytes, OPTIONS);
  const [k, m] = [model.columns.numbers.length, model.columns.categories.length];
  const given: Float32Array[] = [];
  for (const { numbers, categories } of sets) {
    const feeds: Record<string, ort.Tensor> = {};
    if (k > 0) feeds['numbers'] = new Tensor('float32', numbers, [numbers.length / k, k]);
    if (m > 0) feeds['categories'] = new Tensor('string', categories, [categories.length / m, m]);
    const outputs = await session.run(feeds);
    given.push(outputs[model.answer ?? 'probabilities']!.data as Float32Array);
  }
  await session.release();
  return given;
}

/** Largest distance between the graph and `evaluate`; of values as a share of the largest, where that is above 1. */
async function distance(engine: keyof typeof ENGINES, bytes: Uint8Array, model: FittedModel, sets: readonly Rows[]) {
  const width = model.answer === 'value' ? 1 : 2;
  let worst = 0;
  for (const [at, given] of (await predict(engine, bytes, model, sets)).entries()) {
    const expected = evaluate(model, sets[at]!.numbers, sets[at]!.categories);
    const largest = expected.reduce((most, answer) => Math.max(most, Math.abs(answer)), 1);
    expect(given.length).toBe(width * expected.length);
    for (const [row, answer] of expected.entries()) {
      const own = given[width * row + width - 1]!;
      expect(own).not.toBeNaN();
      worst = Math.max(worst, Math.abs(own - answer) / largest);
      if (width === 2) worst = Math.max(worst, Math.abs(given[2 * row]! - (1 - answer)));
    }
  }
  return worst;
}

const shape = (seed: number): [numbers: number, categories: number] => {
  const shapes: [number, number][] = [
    [5, 2],
    [3, 0],
    [0, 3],
    [8, 1],
  ];
  return shapes[seed % shapes.length]!;
};

function kinds(seed: number): [string, MachineModel][] {
  const random = createRandom(seed);
  const columns = randomColumns(random, ...shape(seed));
  const near = randomNeighbours(random, columns, 80);
  const rowWeights = Float64Array.from({ length: 80 }, () => 0.25 + random() * 2);
  const days = near.targets.map((target) => 3000 * target + 400 * random());
  const network = randomNetwork(random, columns, seed % 2 === 0 ? [8] : [12, 5]);
  const [first, last] = [network.layers.slice(0, -1), network.layers.at(-1)!];
  const large = { weights: last.weights.map((weight) => 2000 * weight), bias: Float64Array.of(500) };
  return [
    ['network', network],
    ['network of a value', { ...network, answer: 'value', layers: [...first, large] }],
    ['kernel', randomKernel(random, columns, 60)],
    ['neighbours', near],
    ['neighbours by distance', { ...near, weighting: 'distance' }],
    ['neighbours with weights', { ...near, rowWeights }],
    ['neighbours with weights, by distance', { ...near, rowWeights, weighting: 'distance' }],
    ['neighbours under a line', { ...near, line: { slope: 4, intercept: -1.5 } }],
    ['neighbours of a value', { ...near, targets: days, answer: 'value' }],
    ['neighbours, more asked for than there are', { ...near, k: 200 }],
  ];
}

describe('machines agree with their plain evaluation on both runtimes, missing and unseen values included', () => {
  test.each([0, 1, 2, 3])('seed %i', async (seed) => {
    for (const [what, model] of kinds(seed)) {
      const random = createRandom(seed + 50);
      const sets = (seed === 0 && /^(network|kernel|neighbours)$/.test(what) ? [1, 1000] : [1, 40]).map((rows) =>
        randomRows(random, model.columns, rows),
      );
      // The two forms differ in the operator sets they name; each is run on one runtime, in turns.
      for (const [target, engine] of [
        ['current', seed % 2 === 0 ? 'node' : 'wasm'],
        ['older', seed % 2 === 0 ? 'wasm' : 'node'],
      ] as const) {
        const bytes = exportModel(model, { target });
        expect(exportModel(model, { target })).toEqual(bytes);
        checkGraph(decodeModel(bytes));
        const worst = await distance(engine, bytes, model, sets);
        expect(worst, `${what}, ${target}, ${engine}`).toBeLessThanOrEqual(1e-5);
      }
    }
  });

  test('where means dwarf scales, such as times in seconds, and values lie far off or are infinite', async () => {
    const columns: Columns = {
      numbers: [
        { name: 'start', mean: 1_700_000_123.4, scale: 86_400, impute: 1_700_050_000.7 },
        { name: 'cost', mean: -3e-7, scale: 2e-8, impute: -3e-7 },
      ],
      categories: [],
    };
    const numbers = [0, -1, 2.5, 40, 255, -1e5].flatMap((steps) => [
      1_700_000_123.4 + steps * 86_400,
      -3e-7 + steps * 1e-8,
    ]);
    const extreme = [Infinity, -Infinity, 3e38, Number.NaN].flatMap((value) => [value, value]);
    const random = createRandom(8);
    const machines = [randomKernel(random, columns, 40), randomNeighbours(random, columns, 40)];
    for (const model of [...machines, { ...machines[1]!, weighting: 'distance' } as FittedModel]) {
      const set = { numbers: Float32Array.from([...numbers, ...extreme]), categories: [] };
      for (const engine of ['node', 'wasm'] as const) {
        expect(await distance(engine, exportModel(model), model, [set])).toBeLessThanOrEqual(1e-5);
      }
    }
    const network = randomNetwork(random, columns, [6]);
    const near = { numbers: Float32Array.from([...numbers, Number.NaN, Number.NaN]), categories: [] };
    expect(await distance('node', exportModel(network), network, [near])).toBeLessThanOrEqual(1e-5);
  });

  test('a row that ties with others at the same distance has the earlier ones for neighbours', async () => {
    const columns: Columns = { numbers: [{ name: 'x', mean: 0.1, scale: 0.3, impute: 0 }], categories: [] };
    const vectors = Float64Array.of(1, -1, 1, -1, 1);
    const targets = Float64Array.of(1, 0, 0, 0, 0);
    const model: FittedModel = { kind: 'neighbours', columns, k: 1, vectors, targets };
    const set = { numbers: Float32Array.of(0.1, 0.4, -0.2), categories: [] };
    expect([...evaluate(model, set.numbers, [])]).toEqual([1, 1, 0]);
    for (const engine of ['node', 'wasm'] as const) {
      expect(await distance(engine, exportModel(model), model, [set])).toBe(0);
    }
  });
});

const feature = (type: 'number' | 'category', name: string) =>
  ({ name, type, missing: 'accept', from: { column: name } }) as const;

describe('what else reads a graph', () => {
  const random = createRandom(3);
  const columns = randomColumns(random, 12, 2);
  const [network, kernel] = [randomNetwork(random, columns, [64, 32]), randomKernel(random, columns, 200)];
  const neighbours = randomNeighbours(random, columns, 200);
  const sets = [64, 64].map((rows) => randomRows(random, columns, rows));
  const calibration = sets.map((set): LabRun => [
    { name: 'numbers', dtype: 'float32', dims: [64, 12], data: set.numbers },
    { name: 'categories', dtype: 'string', dims: [64, 2], data: set.categories },
  ]);

  test.each<[string, MachineModel, string]>([
    ['a network', network, 'dense: 3 dense layers'],
    ['a kernel machine', kernel, 'vectors: a kernel machine over rows it holds'],
    ['neighbours', neighbours, 'vectors: nearest neighbours among rows it holds'],
  ])('names its family: %s', (_, model, start) => {
    expect(guessFamily(decodeModel(exportModel(model))).sentence).toMatch(new RegExp(`^${start}`));
  });

  test('shrinks a network, and the network still says what it said', async () => {
    const bytes = exportModel(network);
    const found = await denseFamily.candidates(decodeModel(bytes), contextOf(calibration));
    const float16 = found.find(({ recipe }) => recipe === 'dense-fp16')!;
    expect(float16.bytes.length).toBeLessThan(0.7 * bytes.length);
    expect(await distance('wasm', float16.bytes, network, sets)).toBeLessThan(0.01);
  });

  test.each<[string, MachineModel]>([
    ['a kernel machine', kernel],
    ['neighbours', neighbours],
  ])('leaves vectors as they are, and every recipe says why: %s', async (_, model) => {
    const decoded = decodeModel(exportModel(model));
    for (const family of recipeFamilies) {
      expect(family.declines(decoded)).toMatch(/^(no |too little|nothing|not )/);
      expect(await family.candidates(decoded, contextOf(calibration))).toEqual([]);
    }
  });

  test('says that its reasons must come from occlusion', () => {
    const inputs = [
      ['numbers', 'float32', columns.numbers.map(({ name }) => feature('number', name))] as const,
      ['categories', 'string', columns.categories.map(({ name }) => feature('category', name))] as const,
    ].map(([name, dtype, features]) => ({
      kind: 'columns' as const,
      name,
      dtype,
      batch: 'dynamic' as const,
      features,
    }));
    const output = { kind: 'classes' as const, probabilities: 'probabilities', classes: ['0', '1'], positive: '1' };
    for (const model of [network, kernel, neighbours]) {
      const bytes = exportModel(model);
      const manifest = { inputs, output, model: { sha256: sha256Hex(bytes), sizeBytes: bytes.length } };
      expect(createExplainer({ model: bytes, manifest })).toMatch(/\w+ /);
    }
  });
});

describe('a machine that no graph can express is refused by field', () => {
  const random = createRandom(1);
  const columns = randomColumns(random, 2, 1);
  const [network, kernel] = [randomNetwork(random, columns, [3]), randomKernel(random, columns, 4)];
  const near = randomNeighbours(random, columns, 4);
  const wide = { weights: new Float64Array(6), bias: new Float64Array(2) };
  test.each<[string, FittedModel, string]>([
    ['weights of another width', { ...network, layers: [wide] }, 'layers[0].weights'],
    ['two last units', { ...network, layers: [network.layers[0]!, wide] }, 'layers'],
    ['no layer', { ...network, layers: [] }, 'layers'],
    [
      'a weight of NaN',
      {
        ...network,
        layers: [network.layers[0]!, { weights: Float64Array.of(0, Number.NaN, 0), bias: Float64Array.of(0) }],
      },
      'layers[1].weights[1]',
    ],
    [
      'a scale of 0',
      { ...network, columns: { ...columns, numbers: columns.numbers.map((one) => ({ ...one, scale: 0 })) } },
      'columns.numbers[0].scale',
    ],
    ['a gamma of nothing', { ...kernel, gamma: 0 }, 'gamma'],
    ['no vectors', { ...kernel, vectors: new Float64Array(), coefficients: new Float64Array() }, 'coefficients'],
    ['too few vectors', { ...kernel, vectors: kernel.vectors.slice(1) }, 'vectors'],
    ['a vector out of reach', { ...kernel, vectors: kernel.vectors.with(0, 300) }, 'vectors[0]'],
    ['half a neighbour', { ...near, k: 0.5 }, 'k'],
    ['no rows', { ...near, vectors: new Float64Array(), targets: new Float64Array() }, 'targets'],
    ['a row without weight', { ...near, rowWeights: Float64Array.of(1, 0, 1, 1) }, 'rowWeights[1]'],
    ['a line without end', { ...near, line: { slope: Infinity, intercept: 0 } }, 'line.slope'],
    ['sets of levels', { ...kernel, columns: { ...columns, sets: [{ category: 0, levels: [0] }] } }, 'columns.sets'],
  ])('%s', (_, model, field) => {
    expect(() => exportModel(model)).toThrow(expect.objectContaining({ code: 'onnx_fitted_invalid', field }));
  });
});

test('a model says how many rows of its training data it holds', () => {
  const random = createRandom(1);
  const columns = randomColumns(random, 2, 1);
  const held = [
    randomNetwork(random, columns, [3]),
    randomKernel(random, columns, 4),
    randomNeighbours(random, columns, 9),
  ];
  expect(held.map(holdsRows)).toEqual([0, 4, 9]);
});
