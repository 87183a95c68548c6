import { describe, expect, test } from 'vitest';
import { inspectModel } from './inspect-model.ts';
import { tensorType } from './value-type.ts';
import { encodeModel } from '../codec/encode-model.ts';
import { floatTensor, node } from '../export/proto.ts';
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
  expect(inspectModel(bytes)).toEqual({
    irVersion: 3,
    opsets: { 'ai.onnx': 7 },
    producer: 'someone',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', null, 3] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: null }],
    operators: { 'ai.onnx::Add': 1 },
    sizeBytes: bytes.length,
    initializersBytes: 12,
    largest: [{ name: 'w', bytes: 12 }],
  });
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
