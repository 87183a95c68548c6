import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createRandom, randomForest } from '../../fleet-server/src/supply/onnx/export/random-models.ts';
import { exportModel, exportTreesAsV3 } from '../../fleet-server/src/supply/onnx/index.ts';
import { FLOAT, INT64, modelOf, node, value } from '../contracts-agent/models/onnx-graph.ts';

/** A model and what its inputs and outputs mean, as the API takes them. */
export interface ModelFile {
  mapping: Record<string, unknown> & { line: string };
  bytes: Uint8Array;
}

const FEATURES = ['a', 'b'];

function mapping(line: string, input: string): ModelFile['mapping'] {
  return {
    line,
    target: 'late',
    algorithm: 'logistic-regression',
    inputs: [
      {
        kind: 'columns',
        name: input,
        dtype: 'float32',
        batch: 'dynamic',
        features: FEATURES.map((name) => ({ name, type: 'number', missing: 'refuse', from: { column: name } })),
      },
    ],
    output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
  };
}

/** A logistic regression of two columns; another bias makes another version of the same line. */
export function tinyModel(line: string, bias: number): ModelFile {
  const numbers = FEATURES.map((name) => ({ name, impute: 0, mean: 0, scale: 1 }));
  const columns = { numbers, categories: [] };
  const bytes = exportModel({ kind: 'linear', columns, weights: Float64Array.of(1, -1), bias });
  return { mapping: mapping(line, 'numbers'), bytes };
}

/** What `tinyModel` answers, computed here. */
export function tinyScore(bias: number, a: number, b: number): number {
  return 1 / (1 + Math.exp(b - a - bias));
}

/** A forest of two columns as Python's converters write it: something that can be shrunk. */
export function forestModel(line: string, trees = 12): ModelFile {
  const numbers = FEATURES.map((name) => ({ name, impute: 0, mean: 0, scale: 1 }));
  const forest = randomForest(createRandom(5), { numbers, categories: [] }, { trees, depth: 7, rows: 400 });
  return { mapping: mapping(line, 'numbers'), bytes: exportTreesAsV3(forest) };
}

/**
 * A model of about this many bytes that no codec makes shorter and no recipe touches, so that it travels in many
 * blocks: a table of noise, of which it computes with one row.
 */
export function bulkyModel(line: string, sizeBytes: number, random: () => number): ModelFile {
  const rows = Math.ceil(sizeBytes / (FEATURES.length * Float32Array.BYTES_PER_ELEMENT));
  const bytes = modelOf({
    input: [value('x', FLOAT, ['N', FEATURES.length])],
    node: [
      node('Gather', ['noise', 'row'], ['shift']),
      node('Add', ['x', 'shift'], ['raw']),
      node('Softmax', ['raw'], ['probabilities']),
    ],
    initializer: [
      {
        name: 'noise',
        dataType: FLOAT,
        dims: BigInt64Array.of(BigInt(rows), BigInt(FEATURES.length)),
        floatData: Float32Array.from({ length: FEATURES.length * rows }, () => random() * 2 - 1),
      },
      { name: 'row', dataType: INT64, dims: BigInt64Array.of(1n), int64Data: BigInt64Array.of(0n) },
    ],
    output: [value('probabilities', FLOAT, ['N', FEATURES.length])],
  });
  return { mapping: mapping(line, 'x'), bytes };
}

/** What ../fixtures/iris.yaml says of `tab_logreg_iris`; three flowers, because its batch is fixed at three. */
export const IRIS_MAPPING = fileURLToPath(new URL('../fixtures/iris.yaml', import.meta.url));
export const FLOWERS = [
  { sepal_length: 5.1, sepal_width: 3.5 },
  { sepal_length: 6.1, sepal_width: 2.8 },
  { sepal_length: 7.7, sepal_width: 3 },
];

/** Scores of the three flowers by a plain session of ONNX Runtime on this file: nothing of ours takes part. */
export async function bareIrisScores(file: string): Promise<number[]> {
  const session = await InferenceSession.create(file);
  const values = FLOWERS.flatMap((flower) => [flower.sepal_length, flower.sepal_width]);
  const answer = await session.run({ float_input: new Tensor('float32', values, [3, 2]) }, ['probabilities']);
  const probabilities = answer['probabilities'];
  await session.release();
  const classes = 3;
  return FLOWERS.map((_, i) => Number(probabilities?.data[i * classes + 2]));
}
