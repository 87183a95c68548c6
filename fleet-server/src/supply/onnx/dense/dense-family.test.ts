import * as ort from 'onnxruntime-node';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { denseFamily } from './index.ts';
import { decodeModel, type ModelProto, type TensorProto } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { float, floatTensor, int, node, tensor } from '../export/proto.ts';
import { createRandom } from '../export/random-models.ts';
import { foreignModels } from '../foreign-models.ts';
import { stripZipMaps } from '../graph/strip-zip-map.ts';
import { describeValue, feedsOf } from '../graph/value-type.ts';
import type { Candidate } from '../recipes/recipe.ts';
import { modelOf, normals, randomNet } from '../rewrite/random-nets.ts';
import { answersOf, contextOf, normalRuns } from '../rewrite/run-here.ts';

const RECIPES = [
  'dense-fp16',
  'dense-int8',
  'dense-int8-dynamic',
  'dense-int8-static-minmax',
  'dense-int8-static-percentile',
  'dense-int8-static-entropy',
];
const WIDTHS = [8, 96, 64, 2];

const operatorsOf = (bytes: Uint8Array) => decodeModel(bytes).graph.node.map(({ opType }) => opType);
const named = (found: Candidate[], recipe: string) => found.find((each) => each.recipe === recipe)!;
const rms = (a: number[], b: number[]) =>
  Math.sqrt(a.reduce((sum, each, i) => sum + (each - b[i]!) ** 2, 0) / a.length);
const spread = (a: number[]) => {
  const mean = a.reduce((sum, each) => sum + each, 0) / a.length;
  return Math.sqrt(a.reduce((sum, each) => sum + (each - mean) ** 2, 0) / a.length);
};

const gemm = (from: string, at: number, to: string, more: Parameters<typeof node>[3] = []) =>
  node('Gemm', [from, `w${at}`, `b${at}`], [to], more);

/** Two square layers of 64 that share one matrix, the second time transposed. */
function tiedNet(): ModelProto {
  const random = createRandom(5);
  const nodes = [
    gemm('x', 0, 'h0'),
    node('Tanh', ['h0'], ['t0']),
    node('Gemm', ['t0', 'w0', 'b0'], ['h1'], [int('transB', 1), float('alpha', 0.5), float('beta', 2)]),
    node('Sigmoid', ['h1'], ['p']),
  ];
  const weights = [
    floatTensor('w0', [64, 64], normals(random, 64 * 64, 0.2)),
    floatTensor('b0', [64], normals(random, 64)),
  ];
  return modelOf(nodes, weights, { inputs: 64, outputs: 64 });
}

/** Constant nodes, and a weight that is transposed and reshaped before it is multiplied with. */
function constantsNet(): ModelProto {
  const random = createRandom(6);
  const nodes = [
    node('Constant', [], ['flat'], [tensor('value', floatTensor('', [64 * 8], normals(random, 64 * 8, 0.4)))]),
    node('Reshape', ['flat', 'shape'], ['rows']),
    node('Transpose', ['rows'], ['w'], []),
    node('Constant', [], ['b'], [tensor('value', floatTensor('', [64], normals(random, 64)))]),
    node('MatMul', ['x', 'w'], ['m']),
    node('Identity', ['m'], ['same']),
    node('Add', ['b', 'same'], ['h']),
    node('Relu', ['h'], ['r']),
    node('MatMul', ['r', 'v'], ['p']),
  ];
  const shape: TensorProto = {
    name: 'shape',
    dataType: 7,
    dims: BigInt64Array.of(2n),
    int64Data: BigInt64Array.of(64n, -1n),
  };
  return modelOf(nodes, [shape, floatTensor('v', [64, 2], normals(random, 128))], { inputs: 8, outputs: 2 });
}

/** Residual branches, a Concat, a product of higher rank and weights on the left. */
function tangledNet(): ModelProto {
  const random = createRandom(7);
  const nodes = [
    gemm('x', 0, 'h0'),
    node('Relu', ['h0'], ['r0']),
    gemm('r0', 1, 'h1'),
    node('Relu', ['h1'], ['r1']),
    node('Add', ['r0', 'r1'], ['sum']),
    node('Concat', ['sum', 'x'], ['joined'], [int('axis', 1)]),
    node('MatMul', ['joined', 'w2'], ['h2']),
    node('Relu', ['h2'], ['r2']),
    node('Unsqueeze', ['r2', 'two'], ['column']),
    node('MatMul', ['left', 'column'], ['mixed']),
    node('Squeeze', ['mixed', 'two'], ['flat']),
    node('Sigmoid', ['flat'], ['p']),
  ];
  const two: TensorProto = { name: 'two', dataType: 7, dims: BigInt64Array.of(1n), int64Data: BigInt64Array.of(2n) };
  const weights = [
    floatTensor('w0', [16, 48], normals(random, 16 * 48, 0.3)),
    floatTensor('b0', [48], normals(random, 48)),
    floatTensor('w1', [48, 48], normals(random, 48 * 48, 0.2)),
    floatTensor('b1', [1, 48], normals(random, 48)),
    floatTensor('w2', [64, 40], normals(random, 64 * 40, 0.2)),
    floatTensor('left', [32, 40], normals(random, 32 * 40, 0.2)),
    two,
  ];
  return modelOf(nodes, weights, { inputs: 16, outputs: 32 });
}

/** One input of the middle layer is always zero, and its weights are so large that int8 leaves nothing of the others. */
function spoilt(): ModelProto {
  const model = randomNet({ widths: [8, 64, 64, 1] });
  const random = createRandom(3);
  const weights = normals(random, 64 * 64, 0.2);
  for (let output = 0; output < 64; output += 1) weights[63 * 64 + output] = 4000;
  const dead = normals(random, 64, 0.1);
  dead[63] = -1000;
  const replaced = new Map([
    ['w1', floatTensor('w1', [64, 64], weights)],
    ['b0', floatTensor('b0', [64], dead)],
  ]);
  model.graph.initializer = model.graph.initializer.map((each) => replaced.get(each.name!) ?? each);
  return model;
}

/** Nodes are named after values that recipes give new producers, and take names that recipes would like. */
function crossNamedNet(): ModelProto {
  const model = randomNet({ widths: WIDTHS });
  const names = ['w0', 'w1', 'h2', 'w0_int8', 'h0', 'w2'];
  for (const [index, each] of model.graph.node.entries()) each.name = names[index]!;
  return model;
}

const NETS: [string, ModelProto, number][] = [
  ['of Gemm', randomNet({ widths: WIDTHS }), 8],
  ['of Gemm with transB', randomNet({ widths: WIDTHS, transB: true }), 8],
  ['of MatMul and Add', randomNet({ widths: WIDTHS, operator: 'MatMul' }), 8],
  ['whose nodes are named like other values', crossNamedNet(), 8],
  ['of opset 9', randomNet({ widths: WIDTHS, opset: 9 }), 8],
  ['with one matrix used twice, once transposed, alpha and beta', tiedNet(), 64],
  ['with Constant nodes and computed weights', constantsNet(), 8],
  ['with branches, a Concat and weights on the left', tangledNet(), 16],
];

describe.each(NETS)('a net %s', (_what, model, inputs) => {
  test('is encoded by every recipe within the bound, smaller, with the same inputs and outputs', async () => {
    const context = contextOf(normalRuns(inputs));
    const original = encodeModel(model);
    const found = await denseFamily.candidates(model, context);
    expect(encodeModel(model)).toEqual(original);
    const recipes = found.map(({ recipe }) => recipe);
    for (const recipe of RECIPES.slice(0, 4)) expect(recipes).toContain(recipe);
    const fresh = normalRuns(inputs, { seed: 99 });
    const expected = await answersOf(original, fresh);
    for (const { recipe, bytes } of found) {
      expect({ recipe, smaller: bytes.length < original.length }).toEqual({ recipe, smaller: true });
      const { graph } = decodeModel(bytes);
      expect(feedsOf(graph).map(describeValue)).toEqual(feedsOf(model.graph).map(describeValue));
      expect(graph.input).toHaveLength(feedsOf(graph).length);
      expect(graph.output.map(describeValue)).toEqual(model.graph.output.map(describeValue));
      const error = rms(await answersOf(bytes, fresh), expected) / spread(expected);
      const bound = recipe === 'dense-fp16' ? 0.002 : 0.03;
      expect({ recipe, close: error < bound }).toEqual({ recipe, close: true });
    }
  });
});

test('a net of 20-512-512-1 is at least 3.5 times smaller as int8 and decides 99 of 100 alike', async () => {
  const model = randomNet({ widths: [20, 512, 512, 1] });
  const found = await denseFamily.candidates(model, contextOf(normalRuns(20)));
  const { bytes } = named(found, 'dense-int8');
  const original = encodeModel(model);
  expect(original.length / bytes.length).toBeGreaterThan(3.5);
  const fresh = normalRuns(20, { runs: 8, seed: 5 });
  const [a, b] = [await answersOf(original, fresh), await answersOf(bytes, fresh)];
  const alike = a.filter((each, index) => each > 0.5 === b[index]! > 0.5).length;
  expect(alike / a.length).toBeGreaterThanOrEqual(0.99);
});

test('the same model and context give the same bytes and notes', async () => {
  const first = await denseFamily.candidates(tangledNet(), contextOf(normalRuns(16)));
  expect(await denseFamily.candidates(tangledNet(), contextOf(normalRuns(16)))).toEqual(first);
});

test('int8 is written as Cast × scale, integers by dynamic and static recipes, a scale for each output', async () => {
  const found = await denseFamily.candidates(randomNet({ widths: WIDTHS, transB: true }), contextOf(normalRuns(8)));
  const int8 = decodeModel(named(found, 'dense-int8').bytes);
  expect(int8.graph.node.map(({ opType }) => opType)).not.toContain('DequantizeLinear');
  const scale = int8.graph.initializer.find(({ name }) => name === 'w1_scale')!;
  expect([...scale.dims!]).toEqual([64n, 1n]);
  expect(operatorsOf(named(found, 'dense-int8-dynamic').bytes)).toContain('MatMulInteger');
  const minmax = decodeModel(named(found, 'dense-int8-static-minmax').bytes);
  const types = minmax.graph.initializer.map(({ dataType }) => dataType);
  expect(types).toEqual(expect.arrayContaining([2, 3, 6]));
});

test('every layer of a static net runs in integers, whatever follows it', async () => {
  for (const model of [
    randomNet({ widths: WIDTHS }),
    randomNet({ widths: WIDTHS, operator: 'MatMul' }),
    tangledNet(),
  ]) {
    const inputs = Number(describeValue(model.graph.input[0]!).shape![1]);
    const found = await denseFamily.candidates(model, contextOf(normalRuns(inputs)));
    const { bytes } = named(found, 'dense-int8-static-minmax');
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-dense-'));
    try {
      const optimizedModelFilePath = join(folder, 'optimized.onnx');
      await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, optimizedModelFilePath });
      const { graph } = decodeModel(await readFile(optimizedModelFilePath));
      const wide = graph.initializer.filter(({ dataType, dims }) => dataType === 3 && dims!.length === 2);
      const readers = wide.map(({ name }) => graph.node.find((each) => each.input.includes(name!))!.opType);
      expect(readers.length).toBeGreaterThan(0);
      for (const opType of readers) expect(opType).toMatch(/^(QGemm|QLinearMatMul|MatMulIntegerToFloat)$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
});

describe('a layer that a recipe would spoil stays in float', () => {
  test('with its error in the notes, by at most two calls a layer and recipe', async () => {
    const context = contextOf(normalRuns(8));
    const found = await denseFamily.candidates(spoilt(), context);
    const { bytes, notes } = named(found, 'dense-int8');
    expect(notes.join('\n')).toMatch(
      /layer "h1" stays in float: alone it moves the answers by [\d.]+ % of their spread/,
    );
    expect(decodeModel(bytes).graph.initializer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['w0_int8', 'w1']),
    );
    expect(context.observed).toBeLessThanOrEqual(3 + RECIPES.length * (2 * 3 + 1));
  });

  test.each([
    ['beyond float16', 70_000],
    ['too small for float16', 1e-9],
  ])('as float16 when values are %s', async (why, value) => {
    const model = randomNet({ widths: WIDTHS });
    const weights = new Float32Array(96 * 64).fill(value);
    model.graph.initializer = model.graph.initializer.map((each) =>
      each.name === 'w1' ? floatTensor('w1', [96, 64], weights) : each,
    );
    const { bytes, notes } = named(await denseFamily.candidates(model, contextOf([])), 'dense-fp16');
    expect(notes.join('\n')).toContain(why);
    const types = Object.fromEntries(
      decodeModel(bytes).graph.initializer.map(({ name, dataType }) => [name, dataType]),
    );
    expect(types).toMatchObject({ w0_half: 10, w1: 1 });
  });
});

describe('calibration', () => {
  test('without runs leaves the static recipes out and says so', async () => {
    const found = await denseFamily.candidates(randomNet({ widths: WIDTHS }), contextOf([]));
    expect(found.map(({ recipe }) => recipe)).toEqual(['dense-fp16', 'dense-int8', 'dense-int8-dynamic']);
    for (const { notes } of found) expect(notes).toContain('dense-int8-static is left out: it needs calibration runs');
  });

  test('of nothing but zeros still gives models that run', async () => {
    const runs = [[{ name: 'x', dtype: 'float32', dims: [4, 8], data: new Float32Array(32) }]];
    const found = await denseFamily.candidates(randomNet({ widths: WIDTHS }), contextOf(runs));
    const answers = await answersOf(named(found, 'dense-int8-static-minmax').bytes, runs);
    expect(answers.every((each) => each > 0 && each < 1)).toBe(true);
  });

  test('with NaN leaves static recipes out for that reason', async () => {
    const runs = normalRuns(8);
    (runs[0]![0]!.data as Float32Array)[0] = Number.NaN;
    const found = await denseFamily.candidates(randomNet({ widths: WIDTHS }), contextOf(runs));
    expect(named(found, 'dense-int8').notes.join('\n')).toContain(
      'the values that reach it in calibration are not all finite',
    );
  });
});

describe('operator sets', () => {
  test('of the device are kept to', async () => {
    const found = await denseFamily.candidates(
      randomNet({ widths: WIDTHS, opset: 9 }),
      contextOf(normalRuns(8), { 'ai.onnx': 12 }),
    );
    expect(found.map(({ recipe }) => recipe)).toEqual(['dense-fp16', 'dense-int8', 'dense-int8-dynamic']);
    expect(found[0]!.notes).toContain('dense-int8-static is left out: it needs opset 13 and the device takes 12');
  });

  test('are not raised under an operator that changes', async () => {
    const model = randomNet({ widths: WIDTHS, opset: 9 });
    model.graph.node.at(-1)!.opType = 'Softmax';
    const found = await denseFamily.candidates(model, contextOf(normalRuns(8)));
    expect(found.at(-1)!.recipe).toBe('dense-int8-dynamic');
    expect(found[0]!.notes.join('\n')).toContain('its Softmax may mean something else there');
  });
});

test('initializers of an old file that are inputs too become plain ones', async () => {
  const model = { ...randomNet({ widths: WIDTHS, opset: 9 }), irVersion: 3n };
  model.graph.input.push(
    ...model.graph.initializer.map(({ name }) => ({ name: name!, type: { tensorType: { elemType: 1 } } })),
  );
  const { bytes } = named(await denseFamily.candidates(model, contextOf(normalRuns(8))), 'dense-int8');
  const written = decodeModel(bytes);
  expect(written.irVersion).toBeGreaterThanOrEqual(4n);
  expect(written.graph.input.map(({ name }) => name)).toEqual(['x']);
});

const shared = foreignModels();

function readForeign(name: string): ModelProto {
  const model = decodeModel(shared.read(name));
  stripZipMaps(model);
  return model;
}

describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test.each([
    ['vis_mnist8', 'a convolutional network: Conv × 2; its recipes come later'],
    ['seq_deeploy_autoencoder1d', 'a convolutional network: Conv × 4, ConvTranspose × 3; its recipes come later'],
    ['q_mnist_quantized', 'already quantized: QuantizeLinear × 4, ConvInteger × 2, MatMulInteger × 1'],
    ['tab_logreg_iris', 'no dense network: no Gemm or MatMul multiplies by constant weights'],
  ])('%s is declined', (name, why) => {
    expect(denseFamily.declines(readForeign(name))).toBe(why);
  });

  test.each([
    ['tab_pytorch_mlp_iris', 1.5, 8, [16, 4], 'input', 'output'],
    ['vis_mnist_pytorch', 3.5, 40, [1, 784], 'network_input', 'network_output'],
  ] as const)('%s shrinks at least %d times as int8', async (name, times, count, [rows, columns], input, output) => {
    const model = readForeign(name);
    const found = await denseFamily.candidates(
      model,
      contextOf(normalRuns(columns, { runs: count, rows, name: input })),
    );
    const original = encodeModel(model);
    const fresh = normalRuns(columns, { runs: count, rows, name: input, seed: 7 });
    const expected = await answersOf(original, fresh, output);
    for (const { recipe, bytes, lossless } of found) {
      const error = rms(await answersOf(bytes, fresh, output), expected) / spread(expected);
      expect({ recipe, close: error < (lossless ? 1e-6 : 0.04) }).toEqual({ recipe, close: true });
    }
    expect(original.length / named(found, 'dense-int8').bytes.length).toBeGreaterThan(times);
  });

  test('BatchNormalization of vis_mnist_pytorch is folded, and that is lossless', async () => {
    const runs = normalRuns(784, { runs: 8, rows: 1, name: 'network_input' });
    const fold = named(await denseFamily.candidates(readForeign('vis_mnist_pytorch'), contextOf(runs)), 'dense-fold');
    expect(fold.lossless).toBe(true);
    expect(operatorsOf(fold.bytes)).toEqual(['MatMul', 'Add', 'MatMul', 'Add', 'MatMul']);
  });
});
