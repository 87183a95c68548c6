import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64 } from '@plumbline/shared/trust';
import type { LabJob } from '../../fleet-server/src/platform/ports/index.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../fleet-server/src/supply/onnx/index.ts';
import { foreignModels } from '../../fleet-server/src/supply/onnx/foreign-models.ts';
import { aborting, greedy, hanging } from '../contracts-agent/models/hostile-models.ts';
import { FLOAT, INT64, modelOf, node, value } from '../contracts-agent/models/onnx-graph.ts';
import { createFleet, tinyModel, type TestFleet } from '../harness/index.ts';

/* What a stranger's file can do to the server that takes it in: ATTACKS rows 8, 10 and 23, on the side of the server. */

const TRIAL_MS = 5_000;

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await createFleet({ environment: { PLUMBLINE_PLAIN: '1' } });
  // The server's own laboratory, less patient: a minute of a loop without end proves no more than a few seconds do.
  const { lab } = fleet.server.fleet;
  Object.assign(fleet.server.fleet, {
    lab: { ...lab, run: (job: LabJob) => lab.run({ ...job, deadlineMs: Math.min(job.deadlineMs, TRIAL_MS) }) },
  });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const mapping = {
  line: 'delay',
  target: 'late',
  algorithm: 'unknown',
  inputs: [
    {
      kind: 'columns',
      name: 'x',
      dtype: 'float32',
      batch: 'dynamic',
      features: [{ name: 'a', type: 'number', missing: 'refuse', from: { column: 'a' } }],
    },
  ],
  output: { kind: 'value', value: 'y' },
};

interface Answer {
  status: number;
  problem: { code?: string; field?: string; detail?: string };
}

async function take(bytes: Uint8Array): Promise<Answer> {
  const response = await fetch(`${fleet.server.url}/api/v1/models`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleet.server.fleet.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mapping, model: toBase64(bytes) }),
  });
  return { status: response.status, problem: (await response.json()) as Answer['problem'] };
}

/** Everything that could have been half registered. */
async function registered() {
  const { models } = await fleet.client.get<{ models: unknown[] }>('/api/v1/models');
  const { rows: audited } = await fleet.client.get<{ rows: unknown[] }>('/api/v1/audit');
  return { models: models.length, audited: audited.length };
}

const dims = (...sizes: bigint[]) => BigInt64Array.from(sizes);
const graph = (part: Partial<GraphProto> = {}) =>
  modelOf({ node: [node('Sigmoid', ['x'], ['y'])], output: [value('y', FLOAT, ['N', 1])], ...part });
const weighed = (weight: TensorProto, nodes: NodeProto[] = [node('MatMul', ['x', 'w'], ['y'])]) =>
  graph({ node: nodes, initializer: [weight] });
const one = { dataType: FLOAT, dims: dims(1n, 1n), floatData: Float32Array.of(1) };
const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 95040325\n';

describe('a file that nobody should trust is refused by code, node and field, and nothing is registered:', () => {
  it.each<[what: string, bytes: () => Uint8Array, code: string, field: string, says: string]>([
    ['cut off', () => graph().slice(0, -3), 'onnx_not_a_model', 'model', 'at byte'],
    ['a git-lfs pointer', () => new TextEncoder().encode(lfs), 'onnx_lfs_pointer', 'model', 'git-lfs pointer'],
    [
      'cyclic',
      () => graph({ node: [node('Add', ['x', 'b'], ['y']), node('Neg', ['y'], ['b'])] }),
      'onnx_graph_invalid',
      'graph.node[0]',
      'ai.onnx::Add) waits for itself',
    ],
    [
      'with dims that cannot be',
      () => weighed({ ...one, name: 'w', dims: dims(2n ** 62n, 2n ** 62n) }),
      'onnx_tensor_invalid',
      'graph.initializer[0].dims',
      'tensor "w" has dims',
    ],
    [
      'with an input of 8 GB',
      () => graph({ input: [value('x', FLOAT, [2 ** 16, 2 ** 15])] }),
      'onnx_too_large',
      'graph.input[0].type.tensorType.shape',
      'input "x" takes 8589934592 bytes',
    ],
    [
      'with weights of another dtype',
      () => weighed({ ...one, name: 'w', dataType: INT64 }),
      'onnx_tensor_invalid',
      'graph.initializer[0].floatData',
      'tensor "w" is int64, but its values are in floatData',
    ],
    [
      'without an initializer',
      () => graph({ node: [{ ...node('Gemm', ['x', 'w'], ['y']), name: 'fc1' }] }),
      'onnx_graph_invalid',
      'graph.node[0].input[1]',
      'node "fc1" (ai.onnx::Gemm) reads "w", which nothing produces',
    ],
    [
      'with weights in another file',
      () => weighed({ name: 'w', dataType: FLOAT, externalData: [{ key: 'location', value: '/etc/passwd' }] }),
      'onnx_external_data',
      'graph.initializer[0]',
      'another file',
    ],
    [
      'with an operator of its own',
      () => graph({ node: [{ ...node('Run', ['x'], ['y']), name: 'n', domain: 'com.evil' }] }),
      'onnx_operator_unsupported',
      'graph.node[0]',
      'node "n" is a com.evil::Run',
    ],
    [
      'with an operator nobody knows',
      () => graph({ node: [{ ...node('Sigmoyd', ['x'], ['y']), name: 'n' }] }),
      'onnx_operator_unsupported',
      'graph.node[0].opType',
      'node "n" is a ai.onnx::Sigmoyd',
    ],
    ['with a 4-bit output', aborting, 'onnx_dtype_unsupported', 'graph.output[0]', 'output "y" is made as int4'],
    [
      'with a 4-bit output that is said to be float32',
      () => graph({ node: [node('Cast', ['x'], ['y'], [{ name: 'to', type: 2, i: 21n }])] }),
      'onnx_dtype_unsupported',
      'graph.output[0]',
      'output "y" is made as uint4',
    ],
    ['that never ends', hanging, 'model_trial_failed', 'model', 'timed out'],
    ['that takes 8 GB to answer', () => greedy(8192), 'model_trial_failed', 'model', ''],
  ])(
    '%s',
    async (_what, bytes, code, field, says) => {
      const before = await registered();
      const answering = take(bytes());
      // While a trial runs, others are answered.
      expect((await fetch(`${fleet.server.url}/api/v1/health`)).status).toBe(200);
      const { status, problem } = await answering;
      expect(problem).toMatchObject({ code, field: expect.stringContaining(field) });
      expect(JSON.stringify(problem)).toContain(JSON.stringify(says).slice(1, -1));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(await registered()).toEqual(before);
    },
    120_000,
  );

  it('after all of which a good one is taken in', async () => {
    const { line, version } = await fleet.client.post<{ line: string; version: string }>('/api/v1/models', {
      mapping: tinyModel('delay', 0).mapping,
      model: toBase64(tinyModel('delay', 0).bytes),
    });
    expect({ line, version }).toEqual({ line: 'delay', version: '1.0.0' });
  });
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(
  `files of others that must be refused (${shared.absent ?? 'present'})`,
  () => {
    it.each([
      ['neg_custom_op', 'onnx_operator_unsupported', 'graph.node[0]'],
      ['neg_needs_extensions', 'onnx_operator_unsupported', 'graph.node[0]'],
      ['neg_external_data_missing', 'onnx_external_data', 'graph.initializer[0]'],
      ['neg_git_lfs_pointer', 'onnx_lfs_pointer', 'model'],
    ])('%s', async (name, code, field) => {
      const before = await registered();
      expect((await take(shared.read(name))).problem).toMatchObject({ code, field });
      expect(await registered()).toEqual(before);
    });
  },
);
