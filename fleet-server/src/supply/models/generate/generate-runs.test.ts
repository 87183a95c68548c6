import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import { decodeModel, type DType, type ModelProto, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';
import * as proto from '../../onnx/export/proto.ts';
import { foreignModels } from '../../onnx/foreign-models.ts';
import { cleanForRuntime } from '../../onnx/graph/clean-for-runtime.ts';
import type { DimensionView } from '../../onnx/graph/value-type.ts';
import { tensorType } from '../../onnx/graph/value-type.ts';
import { UNSEEN } from './draw-value.ts';
import { generateRuns, generateSamples } from './generate-runs.ts';

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test('take what is made up for them and answer it in more than one way', async () => {
    // The native runtime takes float16 only as Uint16Array, and prefers the class where it exists.
    Reflect.deleteProperty(globalThis, 'Float16Array');
    const refused: string[] = [];
    const constant: string[] = [];
    let tried = 0;
    for (const name of shared.names) {
      const opened = await openForeign(shared.read(name));
      if (opened === undefined) continue;
      const { bytes, session } = opened;
      tried += 1;
      const answers = new Set<string>();
      const rows = bytes.length > 100_000 ? 3 : 150;
      for (const run of generateRuns(decodeModel(bytes), { rows, seed: 1 })) {
        const outputs = await session
          .run(feedsOf(run))
          .catch((error: unknown) => void refused.push(`${name}: ${error}`));
        for (const output of Object.values(outputs ?? {})) {
          for (const value of output.data as Float32Array) answers.add(String(value));
        }
      }
      if (answers.size < 2) constant.push(name);
      await session.release();
    }
    expect(refused).toEqual([]);
    expect(constant).toEqual([]);
    expect(tried).toBeGreaterThan(20);
  });

  test('say how wide they are where their inputs do not', () => {
    const [run] = generateRuns(decodeModel(shared.read('tab_skl_treecl')), { rows: 200, seed: 1 });
    expect(run).toMatchObject([{ name: 'input', dtype: 'float32', dims: [128, 20] }]);
  });
});

async function openForeign(file: Uint8Array): Promise<{ bytes: Uint8Array; session: InferenceSession } | undefined> {
  try {
    const { bytes } = cleanForRuntime(file);
    return { bytes, session: await InferenceSession.create(bytes, { logSeverityLevel: 4 }) };
  } catch {
    return undefined;
  }
}

function feedsOf(run: LabRun): Record<string, Tensor> {
  return Object.fromEntries(run.map((tensor) => [tensor.name, tensorOf(tensor)]));
}

function tensorOf({ dtype, data, dims }: LabTensor): Tensor {
  return new Tensor(dtype as 'float32', data as Float32Array, dims);
}

type Input = [name: string, dtype: DType, shape: DimensionView[] | null];

function modelOf(inputs: Input[], nodes: NodeProto[], initializer: TensorProto[] = []): ModelProto {
  const graph = {
    node: nodes,
    input: inputs.map(([name, dtype, shape]) => ({
      name,
      type: shape === null ? { tensorType: { elemType: 1 } } : tensorType(dtype, shape),
    })),
    output: [],
    initializer,
    valueInfo: [],
  };
  return { irVersion: 8n, opsetImport: [], graph, metadataProps: [], functions: [] };
}

const stump = (input: string, feature: number, threshold: number, tracks = 0): NodeProto =>
  proto.mlNode(
    'TreeEnsembleRegressor',
    [input],
    ['y'],
    [
      proto.ints('nodes_featureids', BigInt64Array.of(BigInt(feature), 0n, 0n)),
      proto.floats('nodes_values', Float32Array.of(threshold, 0, 0)),
      proto.strings('nodes_modes', ['BRANCH_LEQ', 'LEAF', 'LEAF']),
      proto.ints('nodes_missing_value_tracks_true', BigInt64Array.of(BigInt(tracks), 0n, 0n)),
    ],
  );
const scaler = proto.mlNode(
  'Scaler',
  ['x'],
  ['z'],
  [proto.floats('offset', Float32Array.of(100, 1000)), proto.floats('scale', Float32Array.of(0.5, 0.01))],
);
const weights = (rows: number, columns: number) =>
  proto.floatTensor('w', [rows, columns], new Float32Array(rows * columns));

function columnOf(model: ModelProto, column: number, input = 0): (number | string)[] {
  return generateRuns(model, { rows: 1000, seed: 3 }).flatMap((run) => {
    const { data, dims } = run[input]!;
    const width = dims[1]!;
    return Array.from(data as ArrayLike<number | bigint | string>)
      .filter((_, at) => at % width === column)
      .map((value) => (typeof value === 'bigint' ? Number(value) : value));
  });
}

const mean = (values: (number | string)[]) =>
  values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length;
const share = (values: (number | string)[], holds: (value: number) => boolean) =>
  values.filter((value) => holds(Number(value))).length / values.length;

const encoder = (zeros: number) =>
  proto.mlNode(
    'OneHotEncoder',
    ['x'],
    ['y'],
    [proto.strings('cats_strings', ['wood', 'steel']), proto.int('zeros', zeros)],
  );

describe('made-up values', () => {
  test('lie on a threshold, on both sides of it, and nowhere far off', () => {
    const values = columnOf(modelOf([['x', 'float32', ['n', 3]]], [stump('x', 1, 40)]), 1);
    expect(share(values, (value) => value === 40)).toBeGreaterThan(0.1);
    expect(share(values, (value) => value < 40)).toBeGreaterThan(0.3);
    expect(share(values, (value) => value > 40)).toBeGreaterThan(0.3);
  });

  test('are missing now and then where a tree sends missing values somewhere, or an Imputer stands first', () => {
    const tracked = modelOf([['x', 'float32', ['n', 2]]], [stump('x', 0, 1, 1)]);
    const plain = modelOf([['x', 'float32', ['n', 2]]], [stump('x', 0, 1)]);
    const imputer = proto.mlNode(
      'Imputer',
      ['x'],
      ['z'],
      [proto.floats('imputed_value_floats', Float32Array.of(0, 0)), proto.float('replaced_value_float', Number.NaN)],
    );
    const gemm = proto.node('Gemm', ['z', 'w'], ['y']);
    const imputed = modelOf([['x', 'float32', ['n', 2]]], [imputer, gemm], [weights(2, 1)]);
    const shares = [tracked, plain, imputed].map((model) => share(columnOf(model, 0), Number.isNaN));
    expect(shares[0]).toBeCloseTo(0.05, 1);
    expect(shares[1]).toBe(0);
    expect(shares[2]).toBeCloseTo(0.05, 1);
  });

  test('are in the units that a Scaler takes them from, by column and behind a Concat', () => {
    const gemm = proto.node('Gemm', ['z', 'w'], ['y']);
    const model = modelOf([['x', 'float32', ['n', 2]]], [scaler, gemm], [weights(2, 1)]);
    expect(mean(columnOf(model, 0))).toBeCloseTo(100, 0);
    expect(Math.abs(mean(columnOf(model, 1)) - 1000)).toBeLessThan(15);
    const joined = proto.node('Concat', ['a', 'x'], ['x2'], [proto.int('axis', 1)]);
    const behind = modelOf(
      [
        ['a', 'float32', ['n', 1]],
        ['x', 'float32', ['n', 1]],
      ],
      [joined, { ...scaler, input: ['x2'] }, stump('z', 1, 5)],
    );
    // 5 behind the Scaler is 1000 + 5 / 0.01 in front of it.
    expect(share(columnOf(behind, 0, 1), (value) => Math.abs(value - 1500) < 1e-3)).toBeGreaterThan(0.1);
  });

  test('are the categories of an encoder and a word it has not seen, unless it refuses those', () => {
    const words = (zeros: number) => new Set(columnOf(modelOf([['x', 'string', ['n', 1]]], [encoder(zeros)]), 0));
    expect(words(1)).toEqual(new Set(['wood', 'steel', UNSEEN]));
    expect(words(0)).toEqual(new Set(['wood', 'steel']));
    const codes = proto.mlNode(
      'OneHotEncoder',
      ['x'],
      ['y'],
      [proto.ints('cats_int64s', BigInt64Array.of(7n, 9n)), proto.int('zeros', 0)],
    );
    expect(new Set(columnOf(modelOf([['x', 'int64', ['n', 1]]], [codes]), 0))).toEqual(new Set([7, 9]));
  });

  test('stay within an embedding, and text that is read as a number is one', () => {
    const embedding = modelOf([['x', 'int64', ['n', 1]]], [proto.node('Gather', ['w', 'x'], ['y'])], [weights(6, 4)]);
    expect(new Set(columnOf(embedding, 0))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    const cast = modelOf([['x', 'string', ['n', 1]]], [proto.node('Cast', ['x'], ['y'], [proto.int('to', 1)])]);
    expect(columnOf(cast, 0).every((text) => /^\d$/.test(String(text)))).toBe(true);
  });

  test.each<[string, NodeProto, TensorProto[], number[]]>([
    ['a Gemm', proto.node('Gemm', ['x', 'w'], ['y'], [proto.int('transB', 1)]), [weights(3, 7)], [5, 7]],
    ['a MatMul', proto.node('MatMul', ['x', 'w'], ['y']), [weights(7, 3)], [5, 7]],
    ['a tree', stump('x', 6, 1), [], [5, 7]],
    [
      'a linear classifier',
      proto.mlNode(
        'LinearClassifier',
        ['x'],
        ['y'],
        [proto.floats('coefficients', new Float32Array(21)), proto.floats('intercepts', new Float32Array(3))],
      ),
      [],
      [5, 7],
    ],
    ['nothing', proto.node('Relu', ['x'], ['y']), [], [5, 1]],
  ])('are as wide as %s says when the input does not', (_what, reader, initializer, dims) => {
    for (const shape of [[null, null], null]) {
      const [run] = generateRuns(modelOf([['x', 'float32', shape]], [reader], initializer), { rows: 5, seed: 1 });
      expect(run![0]!.dims).toEqual(dims);
    }
  });

  test('come in runs of at most 128 rows, one run a sample where the batch is fixed, the same for the same seed', () => {
    const open = modelOf([['x', 'float32', ['n', 2]]], [stump('x', 0, 1)]);
    expect(generateSamples(open, { rows: 300, seed: 1 })).toMatchObject({
      rows: [128, 128, 44],
      given: 0,
      generated: 300,
    });
    expect(generateRuns(open, { rows: 3, seed: 1, rowsPerRun: 1 })).toHaveLength(3);
    const fixed = modelOf([['x', 'float32', [3, 2]]], [stump('x', 0, 1)]);
    expect(generateSamples(fixed, { rows: 4, seed: 1 }).rows).toEqual([1, 1, 1, 1]);
    expect(generateRuns(open, { rows: 50, seed: 1 })).toEqual(generateRuns(open, { rows: 50, seed: 1 }));
    expect(generateRuns(open, { rows: 50, seed: 1 })).not.toEqual(generateRuns(open, { rows: 50, seed: 2 }));
  });
});
