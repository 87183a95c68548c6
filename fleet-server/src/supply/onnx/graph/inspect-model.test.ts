import { describe, expect, test } from 'vitest';
import { inspectModel } from './inspect-model.ts';
import { tensorType } from './value-type.ts';
import { decodeModel } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { exportModel, exportTreesAsV3 } from '../export/export-model.ts';
import { floatTensor, ints, mlNode, node, tensor } from '../export/proto.ts';
import { createRandom, randomColumns, randomTrees } from '../export/random-models.ts';
import type { Tree } from '../fitted-model.ts';
import { foreignModels } from '../foreign-models.ts';

test('an input that an initializer feeds is not an input', () => {
  const bytes = encodeModel({
    irVersion: 3n,
    producerName: 'someone',
    opsetImport: [{ version: 7n }],
    graph: {
      node: [node('Add', ['x', 'w'], ['y'])],
      input: [
        { name: 'x', type: tensorType('float32', ['N', null, 3]) },
        { name: 'w', type: tensorType('float32', [3]) },
      ],
      output: [{ name: 'y', type: { tensorType: { elemType: 1 } } }],
      initializer: [floatTensor('w', [3], new Float32Array(3))],
      valueInfo: [],
    },
    metadataProps: [],
    functions: [],
  });
  expect(inspectModel(bytes)).toMatchObject({
    irVersion: 3,
    opsets: { 'ai.onnx': 7 },
    producer: 'someone',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', null, 3] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: null }],
    operators: { 'ai.onnx::Add': 1 },
    sizeBytes: bytes.length,
    initializersBytes: 12,
    largest: [{ name: 'w', bytes: 12, share: 12 / bytes.length }],
  });
});

describe('where the bytes of a file are', () => {
  const weights = Float32Array.from({ length: 64 }, (_, at) => at / 7);
  const bytes = encodeModel({
    irVersion: 8n,
    docString: 'd'.repeat(100),
    opsetImport: [{ version: 17n }],
    metadataProps: [{ key: 'author', value: 'someone' }],
    functions: [],
    graph: {
      node: [
        node('Constant', [], ['c'], [tensor('value', floatTensor('', [64], weights))]),
        node('MatMul', ['x', 'w'], ['a']),
        node('Relu', ['a'], ['b']),
        node('MatMul', ['b', 'v'], ['y']),
      ],
      input: [{ name: 'x', type: tensorType('float32', ['N', 8]) }],
      output: [{ name: 'y', type: tensorType('float32', ['N', 8]) }],
      initializer: [floatTensor('w', [8, 8], weights), floatTensor('v', [8, 8], weights.toReversed())],
      valueInfo: [],
    },
  });
  const view = inspectModel(bytes);
  const bytesOf = (part: string) => view.parts.find((one) => one.part === part)?.bytes;

  test('is told part by part, and nothing is left out', () => {
    expect(bytesOf('initializers')).toBe(512);
    expect(bytesOf('attributes')).toBe(256);
    expect(bytesOf('docs')).toBe(100);
    expect(bytesOf('metadata')).toBe('authorsomeone'.length);
    expect(view.parts.reduce((sum, { bytes: part }) => sum + part, 0)).toBe(bytes.length);
    expect(view.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(view.largest.map(({ name }) => name)).toEqual(['w', 'v', 'c.value']);
  });

  test('is told the same of one list written element by element, where the tags are structure', () => {
    const list = BigInt64Array.from({ length: 100 }, (_, at) => BigInt(at) ** 9n - 5n);
    const of = (packed: boolean) => {
      const model = decodeModel(bytes);
      model.graph.node[1]!.attribute.push({ name: 'list', type: 7, ints: list });
      const { parts } = inspectModel(encodeModel(model, { packed }));
      return Object.fromEntries(parts.map((one) => [one.part, one.bytes]));
    };
    expect(of(false)['attributes']).toBe(of(true)['attributes']);
    expect(of(false)['structure']).toBeGreaterThan(of(true)['structure']! + 90);
  });

  test('a weight that is there twice is named, its mirror image is not', () => {
    const model = decodeModel(bytes);
    model.graph.initializer.push(floatTensor('copy', [8, 8], weights));
    expect(inspectModel(encodeModel(model)).duplicateWeights).toEqual([{ names: ['w', 'copy'], bytes: 256 }]);
    expect(view.duplicateWeights).toEqual([]);
  });

  test('and of what kind it is', () => {
    expect(view.family).toEqual({
      family: 'dense',
      quantized: false,
      parameters: 192,
      sentence: 'dense: 2 dense layers, 192 parameters',
    });
    expect(view.metadata).toEqual([{ key: 'author', value: 'someone' }]);
  });
});

const depthFrom = (tree: Tree, at: number): number =>
  tree.feature[at] === -1 ? 0 : 1 + Math.max(depthFrom(tree, tree.left[at]!), depthFrom(tree, tree.right[at]!));

test('our own trees are counted alike in both layouts, and measured to the deepest leaf', () => {
  const random = createRandom(3);
  const columns = randomColumns(random, 3, 0);
  const trees = randomTrees(random, columns, { trees: 4, depth: 5, rows: 400 });
  const [packed, old] = [exportModel(trees), exportTreesAsV3(trees)].map((one) => inspectModel(one).family.sentence);
  const grown = trees.trees.filter((tree) => tree.feature.length > 1);
  const depth = Math.max(...grown.map((tree) => depthFrom(tree, 0)));
  expect(old).toMatch(new RegExp(`^trees: ${grown.length} trees, \\d+ nodes, at most ${depth} splits deep$`));
  expect(packed).toMatch(new RegExp(`^trees: ${grown.length} trees, \\d+ nodes, at most ${depth} splits deep$`));
});

const ids = (name: string, values: number[]) => ints(name, BigInt64Array.from(values, BigInt));

test.each([
  ['a child that is its own parent', [0, 0], [0, 0]],
  ['a child that is not there', [7, 0], [0, 0]],
])('trees with %s have no readable depth, and end', (_what, left, right) => {
  const ensemble = mlNode(
    'TreeEnsemble',
    ['x'],
    ['y'],
    [
      ids('tree_roots', [0]),
      ids('nodes_truenodeids', left),
      ids('nodes_falsenodeids', right),
      ids('nodes_trueleafs', [0, 0]),
      ids('nodes_falseleafs', [0, 0]),
    ],
  );
  const bytes = encodeModel({
    irVersion: 10n,
    opsetImport: [{ domain: 'ai.onnx.ml', version: 5n }],
    metadataProps: [],
    functions: [],
    graph: { node: [ensemble], input: [], output: [], initializer: [], valueInfo: [] },
  });
  expect(inspectModel(bytes).family.sentence).toBe('trees: 1 tree, 2 nodes, no readable depth');
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test('a LightGBM classifier is seen with its operators and its sequence of maps', () => {
    expect(inspectModel(shared.read('tab_lightgbm_ankane'))).toMatchObject({
      irVersion: 5,
      opsets: { 'ai.onnx': 1, 'ai.onnx.ml': 1 },
      inputs: [{ name: 'input', dtype: 'float32', shape: [1, 2] }],
      outputs: [
        { name: 'label', dtype: 'int64', shape: [1] },
        { name: 'probabilities', dtype: 'sequence<map>', shape: null },
      ],
      operators: {
        'ai.onnx.ml::Scaler': 1,
        'ai.onnx.ml::TreeEnsembleClassifier': 1,
        'ai.onnx::Identity': 1,
        'ai.onnx.ml::ZipMap': 1,
      },
    });
  });
});
