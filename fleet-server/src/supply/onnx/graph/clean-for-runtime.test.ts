import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { classLabels } from './class-labels.ts';
import { cleanForRuntime } from './clean-for-runtime.ts';
import { inspectModel } from './inspect-model.ts';
import { tensorType } from './value-type.ts';
import { decodeModel, type DType, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';
import { encodeModel } from '../codec/encode-model.ts';
import { ints, mlNode, node } from '../export/proto.ts';
import { foreignModels } from '../foreign-models.ts';

const MAPS = { sequenceType: { elemType: { mapType: { keyType: 7, valueType: tensorType('float32', []) } } } };

const zipMap = (from: string, to: string): NodeProto =>
  mlNode('ZipMap', [from], [to], [ints('classlabels_int64s', BigInt64Array.of(4n, 9n))]);

/** x float32 [1, 2] → the given nodes → the given outputs; an output without dtype is a sequence of maps. */
function modelOf(nodes: NodeProto[], outputs: [name: string, dtype?: DType][]): Uint8Array {
  const model: ModelProto = {
    irVersion: 8n,
    opsetImport: [
      { domain: 'ai.onnx.ml', version: 1n },
      { domain: '', version: 17n },
    ],
    graph: {
      name: 'g',
      node: nodes,
      input: [{ name: 'x', type: tensorType('float32', [1, 2]) }],
      output: outputs.map(([name, dtype]) => ({ name, type: dtype === undefined ? MAPS : tensorType(dtype, [1, 2]) })),
      initializer: [],
      valueInfo: [],
    },
    metadataProps: [],
    functions: [],
  };
  return encodeModel(model);
}

async function run(bytes: Uint8Array): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  return session.run({ x: new ort.Tensor('float32', Float32Array.of(1, -2), [1, 2]) });
}

const dataOf = (value: ort.OnnxValue | undefined) => Array.from((value as ort.Tensor).data as Float32Array);

describe('a ZipMap', () => {
  const relu = node('Relu', ['x'], ['p']);
  test.each([
    ['after the tensor nobody else reads', modelOf([relu, zipMap('p', 'z')], [['z']]), ['z']],
    [
      'between Identities',
      modelOf([relu, node('Identity', ['p'], ['q']), zipMap('q', 'y'), node('Identity', ['y'], ['z'])], [['z']]),
      ['z'],
    ],
    ['whose tensor is an output as well', modelOf([relu, zipMap('p', 'z')], [['p', 'float32'], ['z']]), ['p', 'z']],
    [
      'next to another one of the same tensor',
      modelOf([relu, zipMap('p', 'z'), zipMap('p', 'y')], [['z'], ['y']]),
      ['z', 'y'],
    ],
  ])('%s gives way to the tensor', async (_what, bytes, names) => {
    const cleaned = cleanForRuntime(bytes);
    const outputs = await run(cleaned.bytes);
    for (const name of names) expect(dataOf(outputs[name])).toEqual([1, 0]);
    const view = inspectModel(cleaned.bytes);
    expect(view.operators['ai.onnx.ml::ZipMap']).toBeUndefined();
    expect(view.outputs.at(-1)).toEqual({ name: names.at(-1), dtype: 'float32', shape: [null, 2] });
  });

  test('straight on a graph input leaves an Identity', async () => {
    const outputs = await run(cleanForRuntime(modelOf([zipMap('x', 'z')], [['z']])).bytes);
    expect(dataOf(outputs['z'])).toEqual([1, -2]);
  });

  test('whose maps another node reads is refused', () => {
    const bytes = modelOf([relu, zipMap('p', 'z'), node('SequenceLength', ['z'], ['n'])], [['n', 'int64']]);
    expect(() => cleanForRuntime(bytes)).toThrow(expect.objectContaining({ code: 'onnx_operator_unsupported' }));
  });

  test('names the classes', () => {
    expect(classLabels(decodeModel(modelOf([relu, zipMap('p', 'z')], [['z']])))).toEqual(['4', '9']);
    expect(classLabels(decodeModel(modelOf([relu], [['p', 'float32']])))).toBeNull();
  });
});

test('a model that needs no cleaning keeps its very bytes', () => {
  const bytes = modelOf([node('Relu', ['x'], ['p'])], [['p', 'float32']]);
  expect(cleanForRuntime(bytes)).toEqual({ bytes, changes: [] });
});

test.each(['int4', 'uint4', 'bfloat16', 'undefined'] as const)('an output of %s is refused by name', (dtype) => {
  const bytes = modelOf([node('Cast', ['x'], ['p'])], [['p', dtype]]);
  expect(() => cleanForRuntime(bytes)).toThrow(
    expect.objectContaining({ code: 'onnx_dtype_unsupported', field: 'graph.output "p"' }),
  );
});

test('an operator of another domain is refused by node and name, also inside a branch', () => {
  const foreign = { ...node('Gelu', ['x'], ['y']), domain: 'com.microsoft' };
  const body = { node: [foreign], initializer: [], input: [], output: [], valueInfo: [] };
  const bytes = modelOf([node('If', ['x'], ['p'], [{ name: 'then_branch', type: 5, g: body }])], [['p', 'float32']]);
  expect(() => cleanForRuntime(bytes)).toThrow(
    expect.objectContaining({
      code: 'onnx_operator_unsupported',
      field: 'graph.node[0].attribute[0].g.node[0]',
      message: 'node "y" is a com.microsoft::Gelu',
    }),
  );
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  test.each([
    ['tab_logreg_iris', 'float_input', [3, 2]],
    ['tab_lightgbm_ankane', 'input', [1, 2]],
  ] as const)('%s gives labels and probabilities as tensors once cleaned', async (name, input, dims) => {
    const bytes = shared.read(name);
    expect(classLabels(decodeModel(bytes))).toEqual(['0', '1', '2']);
    const session = await ort.InferenceSession.create(cleanForRuntime(bytes).bytes, { logSeverityLevel: 3 });
    const values = new Float32Array(dims[0] * dims[1]).fill(1.5);
    const outputs = await session.run({ [input]: new ort.Tensor('float32', values, dims) });
    expect(outputs['label']).toMatchObject({ type: 'int64', dims: [dims[0]] });
    expect(outputs['probabilities']).toMatchObject({ type: 'float32', dims: [dims[0], 3] });
    const [a, b, c] = dataOf(outputs['probabilities']);
    expect(a! + b! + c!).toBeCloseTo(1, 5);
  });

  test.each([
    ['neg_custom_op', 'test.customop::CustomOpOne'],
    ['neg_needs_extensions', 'ai.onnx.contrib::StringUpper'],
  ])('%s is refused for %s', (name, operator) => {
    const refusal = expect.objectContaining({
      code: 'onnx_operator_unsupported',
      message: expect.stringContaining(operator),
    });
    expect(() => cleanForRuntime(shared.read(name))).toThrow(refusal);
  });
});
