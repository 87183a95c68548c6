import { describe, expect, test } from 'vitest';
import { checkGraph } from './check-graph.ts';
import { tensorType } from './value-type.ts';
import {
  OnnxError,
  decodeModel,
  dtypeNumber,
  type DType,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { exportModel, exportTreesAsV3 } from '../export/export-model.ts';
import { floatTensor, int, mlNode, node, tensor } from '../export/proto.ts';
import { createRandom, randomColumns, randomLinear, randomTrees } from '../export/random-models.ts';
import { foreignModels } from '../foreign-models.ts';

const value = (name: string, shape: (number | null)[] = [1, 2], dtype: DType = 'float32') => ({
  name,
  type: tensorType(dtype, shape),
});
const graphOf = (graph: Partial<GraphProto>): GraphProto => ({
  name: 'g',
  node: [node('Relu', ['x'], ['y'])],
  input: [value('x')],
  output: [value('y')],
  initializer: [],
  valueInfo: [],
  ...graph,
});
const modelOf = (graph: Partial<GraphProto>, rest: Partial<ModelProto> = {}): ModelProto => ({
  irVersion: 10n,
  opsetImport: [{ version: 21n }],
  metadataProps: [],
  functions: [],
  ...rest,
  graph: graphOf(graph),
});
const pair = floatTensor('w', [2], Float32Array.of(1, 2));
const withWeight = (weight: Partial<TensorProto>) =>
  modelOf({ node: [node('Add', ['x', 'w'], ['y'])], initializer: [{ name: 'w', ...weight }] });
const dims = (...values: bigint[]) => BigInt64Array.from(values);
const body = (graph: Partial<GraphProto>) => graphOf({ input: [], output: [value('t')], ...graph });
const branch = (graph: Partial<GraphProto>): NodeProto =>
  node(
    'If',
    ['c'],
    ['y'],
    [
      { name: 'then_branch', type: 5, g: body(graph) },
      { name: 'else_branch', type: 5, g: body({ node: [node('Relu', ['x'], ['t'])] }) },
    ],
  );
const zero = (dtype: DType): TensorProto => ({ name: 'z', dataType: dtypeNumber(dtype), rawData: Uint8Array.of(0) });
const condition: TensorProto = { name: 'c', dataType: dtypeNumber('bool'), rawData: Uint8Array.of(1) };
const functionOf = (name: string, nodes: NodeProto[]): FunctionProto => ({
  name,
  domain: 'mine',
  input: ['a'],
  output: ['b'],
  node: nodes,
  opsetImport: [{ version: 21n }, { domain: 'mine', version: 1n }],
});
const call = (name: string, from: string, to: string): NodeProto => ({ ...node(name, [from], [to]), domain: 'mine' });
const mine = { opsetImport: [{ version: 21n }, { domain: 'mine', version: 1n }] };

function refusalOf(model: ModelProto): OnnxError | undefined {
  try {
    // As a file: the checks see what decoding makes of it.
    checkGraph(decodeModel(encodeModel(model)));
    return undefined;
  } catch (error) {
    if (error instanceof OnnxError) return error;
    throw error;
  }
}

type Row = [what: string, model: ModelProto, code: string, field: string, message: string];

describe('a graph that no runtime can build is refused by node and field:', () => {
  test.each<Row>([
    [
      'two nodes that wait for each other',
      modelOf({ node: [node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Relu', ['a'], ['y'])] }),
      'onnx_graph_invalid',
      'graph.node[0]',
      'node "a" (ai.onnx::Add) waits for itself by way of node "b" (ai.onnx::Neg)',
    ],
    [
      'a node that reads its own output',
      modelOf({ node: [node('Add', ['x', 'y'], ['y'])] }),
      'onnx_graph_invalid',
      'graph.node[0]',
      'node "y" (ai.onnx::Add) waits for itself',
    ],
    [
      'a cycle through a branch',
      modelOf({
        node: [branch({ node: [node('Relu', ['late'], ['t'])] }), node('Neg', ['y'], ['late'])],
        initializer: [condition],
      }),
      'onnx_graph_invalid',
      'graph.node[0]',
      'waits for itself',
    ],
    [
      'a missing initializer',
      modelOf({ node: [node('Gemm', ['x', 'w'], ['y'])] }),
      'onnx_graph_invalid',
      'graph.node[0].input[1]',
      'node "y" (ai.onnx::Gemm) reads "w", which nothing produces',
    ],
    [
      'a dangling name inside a branch',
      modelOf({ node: [branch({ node: [node('Relu', ['nope'], ['t'])] })], initializer: [condition] }),
      'onnx_graph_invalid',
      'graph.node[0].attribute[0].g.node[0].input[0]',
      '"nope", which nothing produces',
    ],
    [
      'a function that reads a name of the graph',
      modelOf(
        { node: [call('F', 'x', 'y')] },
        { ...mine, functions: [functionOf('F', [node('Add', ['a', 'x'], ['b'])])] },
      ),
      'onnx_graph_invalid',
      'functions[0].node[0].input[1]',
      '"x", which nothing produces',
    ],
    [
      'a name produced twice',
      modelOf({ node: [node('Relu', ['x'], ['y']), { ...node('Neg', ['x'], ['y']), name: 'second' }] }),
      'onnx_graph_invalid',
      'graph.node[1].output[0]',
      'node "second" (ai.onnx::Neg) gives "y" a second time',
    ],
    [
      'a node that produces an input',
      modelOf({ node: [node('Relu', ['x'], ['x']), node('Neg', ['x'], ['y'])] }),
      'onnx_graph_invalid',
      'graph.node[0].output[0]',
      'gives "x" a second time',
    ],
    [
      'two initializers of one name',
      modelOf({ node: [node('Add', ['x', 'w'], ['y'])], initializer: [pair, pair] }),
      'onnx_graph_invalid',
      'graph.initializer[1]',
      'gives "w" a second time',
    ],
    [
      'an input without a name',
      modelOf({ input: [value('x'), { type: tensorType('float32', [1]) }] }),
      'onnx_graph_invalid',
      'graph.input[1]',
      'has no name',
    ],
    [
      'an output that nothing produces',
      modelOf({ output: [value('y'), value('z')] }),
      'onnx_graph_invalid',
      'graph.output[1]',
      'nothing produces the output "z"',
    ],
    [
      'a body that hands out a name of the graph around it',
      modelOf({ node: [branch({ node: [], output: [value('x')] })], initializer: [condition] }),
      'onnx_graph_invalid',
      'graph.node[0].attribute[0].g.output[0]',
      'nothing produces the output "x"',
    ],
    [
      'a function that calls itself by way of another',
      modelOf(
        { node: [call('F', 'x', 'y')] },
        { ...mine, functions: [functionOf('F', [call('G', 'a', 'b')]), functionOf('G', [call('F', 'a', 'b')])] },
      ),
      'onnx_graph_invalid',
      'functions[0]',
      'function "F" calls itself',
    ],
    [
      'functions that unfold to a billion nodes',
      modelOf(
        { node: [call('F0', 'x', 'y')] },
        {
          ...mine,
          functions: Array.from({ length: 31 }, (_, level) =>
            functionOf(
              `F${level}`,
              level === 30
                ? [node('Relu', ['a'], ['b'])]
                : [call(`F${level + 1}`, 'a', 'm'), call(`F${level + 1}`, 'm', 'b')],
            ),
          ),
        },
      ),
      'onnx_too_large',
      'functions',
      'unfold to',
    ],
  ])('%s', (_what, model, code, field, message) => {
    expect(refusalOf(model)).toMatchObject({ code, field, message: expect.stringContaining(message) });
  });
});

describe('an operator that no runtime has is refused by node and name:', () => {
  const of = (opType: string, version: bigint, domain = '') =>
    modelOf({ node: [{ ...node(opType, ['x'], ['y']), domain }] }, { opsetImport: [{ domain, version }] });
  const unsupported = 'onnx_operator_unsupported';
  test.each<Row>([
    [
      'one of nobody',
      of('Rellu', 17n),
      unsupported,
      'graph.node[0].opType',
      'node "y" is a ai.onnx::Rellu, which no operator set has',
    ],
    ['one that is too new', of('Gelu', 17n), unsupported, 'graph.node[0].opType', 'operator set 17 does not have yet'],
    [
      'one that was taken out',
      of('Upsample', 10n),
      unsupported,
      'graph.node[0].opType',
      'operator set 10 no longer has',
    ],
    ['none at all', of('', 17n), unsupported, 'graph.node[0].opType', 'ai.onnx::'],
    ['one of another domain', of('Gelu', 1n, 'com.microsoft'), unsupported, 'graph.node[0]', 'com.microsoft::Gelu'],
    [
      'no import at all',
      modelOf({}, { opsetImport: [] }),
      'onnx_graph_invalid',
      'opsetImport',
      'imports no operator set',
    ],
    ['version 0', of('Relu', 0n), 'onnx_graph_invalid', 'opsetImport[0].version', 'at version 0'],
    ['a negative version', of('Relu', -(2n ** 63n)), 'onnx_graph_invalid', 'opsetImport[0].version', 'at version -9'],
    [
      'a function whose domain is not imported',
      modelOf({ node: [call('F', 'x', 'y')] }, { functions: [functionOf('F', [node('Relu', ['a'], ['b'])])] }),
      'onnx_graph_invalid',
      'graph.node[0].domain',
      'the model does not import',
    ],
    [
      'an unknown operator inside a function',
      modelOf(
        { node: [call('F', 'x', 'y')] },
        { ...mine, functions: [functionOf('F', [node('Rellu', ['a'], ['b'])])] },
      ),
      unsupported,
      'functions[0].node[0].opType',
      'ai.onnx::Rellu',
    ],
  ])('%s', (_what, model, code, field, message) => {
    expect(refusalOf(model)).toMatchObject({ code, field, message: expect.stringContaining(message) });
  });
});

describe('a tensor that contradicts itself is refused by name and field:', () => {
  const invalid = 'onnx_tensor_invalid';
  const float32 = dtypeNumber('float32');
  test.each<Row>([
    [
      'too few raw bytes',
      withWeight({ ...pair, dims: dims(3n) }),
      invalid,
      'graph.initializer[0].rawData',
      '8 bytes of float32 for dims [3]',
    ],
    [
      'no values',
      withWeight({ dataType: float32, dims: dims(2n) }),
      invalid,
      'graph.initializer[0].floatData',
      '0 values',
    ],
    [
      'values of another dtype',
      withWeight({ dataType: float32, dims: dims(1n), int64Data: dims(1n) }),
      invalid,
      'graph.initializer[0].int64Data',
      'is float32, but its values are in int64Data',
    ],
    [
      'values in two fields',
      withWeight({ ...pair, floatData: Float32Array.of(1, 2) }),
      invalid,
      'graph.initializer[0]',
      'rawData and floatData',
    ],
    [
      'raw strings',
      withWeight({ dataType: dtypeNumber('string'), dims: dims(8n), rawData: new Uint8Array(8) }),
      invalid,
      'graph.initializer[0].rawData',
      'is string',
    ],
    [
      'a negative dimension',
      withWeight({ ...pair, dims: dims(-2n) }),
      invalid,
      'graph.initializer[0].dims[0]',
      'the dimension -2',
    ],
    [
      'dims that overflow',
      withWeight({ ...pair, dims: dims(2n ** 62n, 2n ** 62n) }),
      invalid,
      'graph.initializer[0].dims',
      'dims',
    ],
    ['no dtype', withWeight({ dims: dims(0n) }), invalid, 'graph.initializer[0].dataType', 'dtype undefined'],
    [
      'a dtype of the future',
      withWeight({ dims: dims(0n), dataType: 99 }),
      invalid,
      'graph.initializer[0].dataType',
      'unknown(99)',
    ],
    [
      'a Constant inside a branch',
      modelOf({
        node: [branch({ node: [node('Constant', [], ['t'], [tensor('value', { ...pair, dims: dims(1n) })])] })],
        initializer: [condition],
      }),
      invalid,
      'graph.node[0].attribute[0].g.node[0].attribute[0].t.rawData',
      '8 bytes',
    ],
    [
      'a sparse tensor of a terabyte',
      modelOf({
        sparseInitializer: [
          {
            values: { name: 'w', dataType: float32, dims: dims(1n), floatData: Float32Array.of(1) },
            indices: { dataType: dtypeNumber('int64'), dims: dims(1n), int64Data: dims(0n) },
            dims: dims(2n ** 20n, 2n ** 20n),
          },
        ],
      }),
      'onnx_too_large',
      'graph.sparseInitializer[0].dims',
      'unfolds to [1048576, 1048576]',
    ],
  ])('%s', (_what, model, code, field, message) => {
    expect(refusalOf(model)).toMatchObject({ code, field, message: expect.stringContaining(message) });
  });

  test('weights in another file, wherever they are', () => {
    const elsewhere = { name: 'w', dataType: float32, externalData: [{ key: 'location', value: '/etc/passwd' }] };
    const places: Record<string, Partial<GraphProto>> = {
      'graph.initializer[0]': { initializer: [elsewhere] },
      'graph.sparseInitializer[0].values': { sparseInitializer: [{ values: elsewhere }] },
      'graph.node[0].attribute[0].sparseTensor.indices': {
        node: [node('Constant', [], ['y'], [{ name: 'sparse_value', sparseTensor: { indices: elsewhere } }])],
      },
      'graph.node[0].attribute[0].tensors[0]': { node: [node('Relu', ['x'], ['y'], [{ tensors: [elsewhere] }])] },
      'graph.node[0].attribute[0].g.initializer[0]': { node: [branch({ initializer: [elsewhere] })] },
    };
    for (const [field, graph] of Object.entries(places)) {
      expect(refusalOf(modelOf(graph))).toMatchObject({ code: 'onnx_external_data', field });
    }
    const fn = functionOf('F', [node('Constant', [], ['b'], [tensor('value', elsewhere)])]);
    expect(refusalOf(modelOf({}, { functions: [fn] }))).toMatchObject({ code: 'onnx_external_data' });
    fn.node = [];
    fn.attributeProto = [tensor('value', elsewhere)];
    expect(refusalOf(modelOf({}, { functions: [fn] }))).toMatchObject({ code: 'onnx_external_data' });
  });
});

describe('what a device could not hold or exchange is refused by name:', () => {
  const weird = (nodes: NodeProto[], initializer: TensorProto[] = []) => modelOf({ node: nodes, initializer });
  const uint4 = dtypeNumber('uint4');
  const scale: TensorProto = { name: 's', dataType: 1, floatData: Float32Array.of(1) };
  const made = 'onnx_dtype_unsupported';
  test.each<Row>([
    [
      'an input with a dimension of -7',
      modelOf({ input: [value('x', [-7])] }),
      'onnx_graph_invalid',
      'graph.input[0].type.tensorType.shape.dim[0]',
      'the dimension -7',
    ],
    [
      'one with a dimension of 2^40',
      modelOf({ input: [value('x', [2 ** 40])] }),
      'onnx_graph_invalid',
      'graph.input[0].type.tensorType.shape.dim[0]',
      'the dimension 1099511627776',
    ],
    [
      'one of 8 GB',
      modelOf({ input: [value('x', [2 ** 16, 2 ** 15, null])] }),
      'onnx_too_large',
      'graph.input[0].type.tensorType.shape',
      'input "x" takes 8589934592 bytes',
    ],
    [
      'an output cast to uint4, said to be float32',
      weird([node('Cast', ['x'], ['y'], [int('to', uint4)])]),
      made,
      'graph.output[0]',
      'output "y" is made as uint4',
    ],
    [
      'one behind a chain',
      weird([
        node('Cast', ['x'], ['a'], [int('to', dtypeNumber('int4'))]),
        node('Identity', ['a'], ['b']),
        node('Transpose', ['b'], ['y']),
      ]),
      made,
      'graph.output[0]',
      'made as int4',
    ],
    [
      'one quantized by its zero point',
      weird([node('QuantizeLinear', ['x', 's', 'z'], ['y'])], [scale, zero('float8e4m3fn')]),
      made,
      'graph.output[0]',
      'made as float8e4m3fn',
    ],
    [
      'one quantized by its attribute',
      weird([node('QuantizeLinear', ['x', 's'], ['y'], [int('output_dtype', uint4)])], [scale]),
      made,
      'graph.output[0]',
      'made as uint4',
    ],
    [
      'one that is a constant',
      weird([node('Constant', [], ['y'], [tensor('value', zero('uint4'))])]),
      made,
      'graph.output[0]',
      'made as uint4',
    ],
    [
      'one like an initializer',
      weird([node('CastLike', ['x', 'z'], ['y'])], [zero('int4')]),
      made,
      'graph.output[0]',
      'made as int4',
    ],
    [
      'one out of a branch',
      weird([branch({ node: [node('Cast', ['x'], ['t'], [int('to', uint4)])] })], [condition]),
      made,
      'graph.output[0]',
      'made as uint4',
    ],
  ])('%s', (_what, model, code, field, message) => {
    expect(refusalOf(model)).toMatchObject({ code, field, message: expect.stringContaining(message) });
  });
});

describe('what ONNX Runtime takes passes:', () => {
  test.each<[string, ModelProto]>([
    ['nodes in any order', modelOf({ node: [node('Relu', ['a'], ['y']), node('Neg', ['x'], ['a'])] })],
    ['an output that is an input', modelOf({ node: [], output: [value('x')] })],
    ['an output named twice', modelOf({ output: [value('y'), value('y')] })],
    ['optional inputs and outputs left out', modelOf({ node: [node('Clip', ['x', '', ''], ['y', ''])] })],
    ['an initializer that is declared as an input', modelOf({ input: [value('x'), value('w')], initializer: [pair] })],
    [
      'a branch that reads what comes later',
      modelOf({
        node: [branch({ node: [node('Relu', ['late'], ['t'])] }), node('Neg', ['x'], ['late'])],
        initializer: [condition],
      }),
    ],
    ['ai.onnx.ml without an import', modelOf({ node: [mlNode('Normalizer', ['x'], ['y'], [])] })],
    [
      'a function of the model',
      modelOf({ node: [call('F', 'x', 'y')] }, { ...mine, functions: [functionOf('F', [node('Relu', ['a'], ['b'])])] }),
    ],
    ['tensors without elements', withWeight({ dataType: 1, dims: dims(0n, 2n ** 62n, 2n ** 62n) })],
    [
      'two 4-bit numbers in a byte',
      withWeight({ dataType: dtypeNumber('int4'), dims: dims(3n), rawData: new Uint8Array(2) }),
    ],
    [
      'an operator set newer than our list',
      modelOf({ node: [node('Future', ['x'], ['y'])] }, { opsetImport: [{ version: 30n }] }),
    ],
    [
      '4-bit values that are cast again',
      modelOf({ node: [node('Cast', ['x'], ['a'], [int('to', 22)]), node('Cast', ['a'], ['y'], [int('to', 1)])] }),
    ],
    ['open dimensions', modelOf({ input: [value('x', [null, -1])] })],
  ])('%s', (_what, model) => {
    expect(refusalOf(model)).toBeUndefined();
  });

  test('everything this server exports', () => {
    const random = createRandom(7);
    const columns = randomColumns(random, 5, 2);
    const trees = randomTrees(random, columns, { trees: 5, depth: 6, rows: 500 });
    for (const bytes of [exportModel(randomLinear(random, columns)), exportModel(trees), exportTreesAsV3(trees)]) {
      expect(refusalOf(decodeModel(bytes))).toBeUndefined();
    }
  });
});

test('a name out of a model cannot write on the terminal or fill the log', () => {
  const name = `\u001B[2J\u202E${'n'.repeat(1_000_000)}`;
  const { message = '' } = refusalOf(modelOf({ node: [node('Relu', [name], ['y'])] })) ?? {};
  expect(message.length).toBeLessThan(300);
  expect(message).not.toMatch(/\p{C}/u);
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test.each(shared.names.filter((one) => !one.startsWith('neg_')))('%s is not refused for its graph', (name) => {
    expect(refusalOf(decodeModel(shared.read(name)))).toBeUndefined();
  });
});
