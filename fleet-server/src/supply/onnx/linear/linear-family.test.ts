import { describe, expect, test } from 'vitest';
import { linearFamily } from './index.ts';
import { decodeModel, type ModelProto, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { exportModel } from '../export/export-model.ts';
import { float, floats, floatTensor, int, ints, mlNode, node, string } from '../export/proto.ts';
import { createRandom, randomColumns, randomLinear } from '../export/random-models.ts';
import { foreignModels } from '../foreign-models.ts';
import { stripZipMaps } from '../graph/strip-zip-map.ts';
import { tensorType } from '../graph/value-type.ts';
import { modelOf, normals } from '../rewrite/random-nets.ts';
import { answersOf, contextOf, normalRuns } from '../rewrite/run-here.ts';

const FEATURES = 6;
const random = createRandom(9);
const row = (name: string, base = 0): TensorProto =>
  floatTensor(
    name,
    [1, FEATURES],
    normals(random, FEATURES).map((value) => Math.abs(value) + base),
  );
const WEIGHTS = [
  floatTensor('w', [FEATURES, 2], normals(random, FEATURES * 2)),
  floatTensor('b', [2], normals(random, 2)),
];
const GEMM = (from: string) => [node('Gemm', [from, 'w', 'b'], ['s']), node('Sigmoid', ['s'], ['p'])];

const scaler = (from: string, to: string, width = FEATURES) =>
  mlNode('Scaler', [from], [to], [floats('offset', normals(random, width)), floats('scale', normals(random, width))]);

const classifier = (from: string, label = 'label') =>
  mlNode(
    'LinearClassifier',
    [from],
    [label, 'p'],
    [
      floats('coefficients', normals(random, FEATURES * 2)),
      floats('intercepts', normals(random, 2)),
      ints('classlabels_ints', BigInt64Array.of(0n, 1n)),
      string('post_transform', 'SOFTMAX'),
    ],
  );

const net = (nodes: NodeProto[], initializers: TensorProto[] = []): ModelProto =>
  modelOf(nodes, initializers, { inputs: FEATURES, outputs: 2 });

const operatorsOf = (bytes: Uint8Array) => decodeModel(bytes).graph.node.map(({ opType }) => opType);

describe('what constants do to features becomes part of the coefficients', () => {
  test.each<[string, ModelProto, string[]]>([
    ['Scaler before LinearClassifier', net([scaler('x', 'z'), classifier('z')]), ['LinearClassifier']],
    [
      'Scaler before LinearRegressor',
      net([
        scaler('x', 'z'),
        mlNode(
          'LinearRegressor',
          ['z'],
          ['p'],
          [floats('coefficients', normals(random, FEATURES * 2)), int('targets', 2)],
        ),
      ]),
      ['LinearRegressor'],
    ],
    [
      'Sub and Div before Gemm',
      net(
        [node('Sub', ['x', 'mean'], ['c']), node('Div', ['c', 'scale'], ['z']), ...GEMM('z')],
        [...WEIGHTS, row('mean'), row('scale', 0.5)],
      ),
      ['Gemm', 'Sigmoid'],
    ],
    [
      'Mul, and Sub from a constant, before MatMul and Add',
      net(
        [
          node('Mul', ['scale', 'x'], ['c']),
          node('Sub', ['mean', 'c'], ['z']),
          node('MatMul', ['z', 'w'], ['m']),
          node('Add', ['m', 'b'], ['p']),
        ],
        [...WEIGHTS, row('mean'), row('scale', 0.5)],
      ),
      ['MatMul', 'Add'],
    ],
    [
      'a shift before a MatMul that adds nothing',
      modelOf(
        [node('Add', ['x', 'mean'], ['z']), node('MatMul', ['z', 'w'], ['p'])],
        [floatTensor('w', [60, 2], normals(random, 120)), floatTensor('mean', [60], normals(random, 60))],
        { inputs: 60, outputs: 2 },
      ),
      ['MatMul', 'Add'],
    ],
    [
      'Scaler behind an Imputer, which stays',
      net([
        mlNode(
          'Imputer',
          ['x'],
          ['i'],
          [floats('imputed_value_floats', new Float32Array(FEATURES)), float('replaced_value_float', Number.NaN)],
        ),
        scaler('i', 'z'),
        classifier('z'),
      ]),
      ['Imputer', 'LinearClassifier'],
    ],
    [
      'the scaled part of a Concat',
      modelOf(
        [
          scaler('x', 'z', 3),
          node('Neg', ['x'], ['n']),
          node('Concat', ['n', 'z'], ['j'], [int('axis', 1)]),
          classifier('j'),
        ],
        [],
        { inputs: 3, outputs: 2 },
      ),
      ['Neg', 'Concat', 'LinearClassifier'],
    ],
  ])('%s', async (_what, model, operators) => {
    expect(linearFamily.declines(model)).toBeUndefined();
    const before = encodeModel(model);
    const context = contextOf([]);
    const [fold, ...others] = await linearFamily.candidates(model, context);
    expect(others).toEqual([]);
    expect(encodeModel(model)).toEqual(before);
    expect(operatorsOf(fold!.bytes)).toEqual(operators);
    expect(fold!.bytes.length).toBeLessThan(before.length);
    expect(fold!.lossless).toBe(true);
    const columns = Number(model.graph.input[0]!.type!.tensorType!.shape!.dim[1]!.dimValue);
    const runs = normalRuns(columns, { seed: 3 });
    const [a, b] = [await answersOf(before, runs), await answersOf(fold!.bytes, runs)];
    for (const [index, value] of a.entries()) expect(b[index]).toBeCloseTo(value, 4);
    expect(await linearFamily.candidates(model, contextOf([]))).toEqual([fold]);
  });
});

test('missing values stay missing', async () => {
  const model = net([scaler('x', 'z'), classifier('z')]);
  const [fold] = await linearFamily.candidates(model, contextOf([]));
  const runs = [
    [{ name: 'x', dtype: 'float32', dims: [1, FEATURES], data: new Float32Array(FEATURES).fill(Number.NaN) }],
  ];
  expect(await answersOf(fold!.bytes, runs)).toEqual(await answersOf(encodeModel(model), runs));
});

test('features far from zero for their scale are not called lossless', async () => {
  const far = mlNode(
    'Scaler',
    ['x'],
    ['z'],
    [floats('offset', new Float32Array(FEATURES).fill(1e5)), floats('scale', new Float32Array(FEATURES).fill(1))],
  );
  const found = await linearFamily.candidates(net([far, classifier('z')]), contextOf([]));
  expect(found.some(({ lossless }) => lossless)).toBe(false);
});

/** The scaled features leave the graph as well. */
function scaledAndGiven(): ModelProto {
  const model = net([scaler('x', 'z'), classifier('z')]);
  model.graph.output.push({ name: 'z', type: tensorType('float32', ['N', FEATURES]) });
  return model;
}

describe('a model is declined', () => {
  test.each<[string, ModelProto, RegExp]>([
    ['that is not linear', net([node('Relu', ['x'], ['p'])]), /^no linear model/],
    ['that scales nothing', net([classifier('x')]), /^nothing to fold: no constants/],
    [
      'whose scaled features go elsewhere too',
      scaledAndGiven(),
      /^nothing to fold: what Scaler gives is read elsewhere/,
    ],
    [
      'that normalises rows',
      net([mlNode('Normalizer', ['x'], ['z'], [string('norm', 'L2')]), classifier('z')]),
      /^nothing to fold/,
    ],
    [
      'that broadcasts one column',
      modelOf([node('Sub', ['x', 'mean'], ['z']), ...GEMM('z')], [...WEIGHTS, row('mean')], { inputs: 1, outputs: 2 }),
      /^nothing to fold/,
    ],
    [
      'that folding would make larger',
      net(
        [node('Add', ['x', 'one'], ['z']), node('MatMul', ['z', 'w'], ['p'])],
        [WEIGHTS[0]!, floatTensor('one', [], Float32Array.of(1))],
      ),
      /^nothing to gain: \d+ bytes folded, \d+ as it came$/,
    ],
  ])('%s', async (_what, model, why) => {
    expect(linearFamily.declines(model)).toMatch(why);
    expect(await linearFamily.candidates(model, contextOf([]))).toEqual([]);
  });

  test('of our own, whose scaling is part of the coefficients already', () => {
    const bytes = exportModel(randomLinear(random, randomColumns(random, 5, 2)));
    expect(linearFamily.declines(decodeModel(bytes))).toMatch(/^nothing to fold/);
  });
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test.each([
    ['tab_mlnet_logreg_breastcancer', 'nothing to fold: what Scaler gives is read elsewhere as well'],
    ['tab_logreg_iris', 'nothing to fold: no constants scale or shift the features directly before the coefficients'],
    [
      'tab_tract_linear_classifier',
      'nothing to fold: no constants scale or shift the features directly before the coefficients',
    ],
  ])('%s is declined with the reason', (name, why) => {
    const model = decodeModel(shared.read(name));
    stripZipMaps(model);
    expect(linearFamily.declines(model)).toBe(why);
  });
});
