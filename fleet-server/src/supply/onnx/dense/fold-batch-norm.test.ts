import { describe, expect, test } from 'vitest';
import { denseFamily } from './index.ts';
import { foldBatchNorms } from './fold-batch-norm.ts';
import { decodeModel, type ModelProto, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { float, floatTensor, int, node } from '../export/proto.ts';
import { createRandom } from '../export/random-models.ts';
import { editableCopy } from '../rewrite/edit-graph.ts';
import { modelOf, normals } from '../rewrite/random-nets.ts';
import { answersOf, contextOf, normalRuns } from '../rewrite/run-here.ts';

const WIDTH = 24;
const random = createRandom(8);
const vector = (name: string, from = 0): TensorProto =>
  floatTensor(
    name,
    [WIDTH],
    normals(random, WIDTH).map((value) => Math.abs(value) + from),
  );
const PARAMETERS = ['scale', 'shift', 'mean', 'variance'];
const CONSTANTS = [
  ...PARAMETERS.map((name) => vector(name, 0.1)),
  vector('b'),
  floatTensor('one', [], Float32Array.of(0.5)),
  floatTensor('w', [WIDTH, WIDTH], normals(random, WIDTH * WIDTH, 0.3)),
];
const norm = (from: string, to = 'p') =>
  node('BatchNormalization', [from, ...PARAMETERS], [to], [float('epsilon', 1e-3)]);

const net = (...nodes: NodeProto[]): ModelProto => modelOf(nodes, CONSTANTS, { inputs: WIDTH, outputs: WIDTH });

describe('a BatchNormalization is folded into', () => {
  test.each<[string, ModelProto, string[]]>([
    ['a Gemm', net(node('Gemm', ['x', 'w', 'b'], ['h']), norm('h')), ['Gemm']],
    ['a Gemm without bias', net(node('Gemm', ['x', 'w'], ['h']), norm('h')), ['Gemm']],
    [
      'a Gemm with transB, alpha, beta and a bias of one value',
      net(node('Gemm', ['x', 'w', 'one'], ['h'], [int('transB', 1), float('alpha', 2), float('beta', 3)]), norm('h')),
      ['Gemm'],
    ],
    ['a MatMul', net(node('MatMul', ['x', 'w'], ['h']), norm('h')), ['MatMul', 'Add']],
    [
      'a MatMul and Add',
      net(node('MatMul', ['x', 'w'], ['m']), node('Add', ['b', 'm'], ['h']), norm('h')),
      ['MatMul', 'Add'],
    ],
    [
      'what another one was folded into',
      net(node('Gemm', ['x', 'w', 'b'], ['h']), norm('h', 'n'), norm('n')),
      ['Gemm'],
    ],
  ])('%s', async (_what, model, operators) => {
    const before = encodeModel(model);
    const runs = normalRuns(WIDTH, { runs: 1, rows: 16 });
    const [fold] = await denseFamily.candidates(model, contextOf(runs));
    expect(fold).toMatchObject({ recipe: 'dense-fold', lossless: true });
    expect(decodeModel(fold!.bytes).graph.node.map(({ opType }) => opType)).toEqual(operators);
    expect(encodeModel(model)).toEqual(before);
    const [a, b] = [await answersOf(before, runs), await answersOf(fold!.bytes, runs)];
    for (const [index, value] of a.entries()) expect(b[index]).toBeCloseTo(value, 4);
  });
});

describe('a BatchNormalization stays', () => {
  test.each<[string, ModelProto]>([
    [
      'behind a product that others read',
      net(node('MatMul', ['x', 'w'], ['h']), norm('h', 'n'), node('Add', ['h', 'n'], ['p'])),
    ],
    ['behind a Relu', net(node('MatMul', ['x', 'w'], ['h']), node('Relu', ['h'], ['r']), norm('r'))],
    [
      'behind weights that are used twice',
      net(node('MatMul', ['x', 'w'], ['h']), norm('h', 'n'), node('MatMul', ['n', 'w'], ['p'])),
    ],
    [
      'over an axis that need not be that of the outputs',
      net(
        node('Unsqueeze', ['x', 'axis'], ['y']),
        node('MatMul', ['y', 'w'], ['h']),
        norm('h', 'n'),
        node('Squeeze', ['n', 'axis'], ['p']),
      ),
    ],
  ])('%s', (_what, model) => {
    expect(foldBatchNorms(editableCopy(model))).toBe(0);
  });
});

test('without calibration runs folding is offered, but not called lossless', async () => {
  const model = net(node('Gemm', ['x', 'w', 'b'], ['h']), norm('h'));
  const [fold] = await denseFamily.candidates(model, contextOf([]));
  expect(fold).toMatchObject({ recipe: 'dense-fold', lossless: false });
});

test('folding that costs more than its tolerance is taken back', async () => {
  const model = net(node('Gemm', ['x', 'w', 'b'], ['h']), norm('h'));
  // A mean that nearly cancels the bias: what is left of their difference is rounding.
  const large = (name: string) => floatTensor(name, [WIDTH], new Float32Array(WIDTH).fill(1e6));
  model.graph.initializer = CONSTANTS.map((each) =>
    each.name === 'variance' ? floatTensor('variance', [WIDTH], new Float32Array(WIDTH).fill(1e-9)) : each,
  ).map((each) => (each.name === 'b' || each.name === 'mean' ? large(each.name) : each));
  const found = await denseFamily.candidates(model, contextOf(normalRuns(WIDTH, { runs: 1, rows: 16 })));
  expect(found.length).toBeGreaterThan(0);
  for (const { notes } of found) expect(notes.join('\n')).toContain('BatchNormalization stays: folding it would move');
});
