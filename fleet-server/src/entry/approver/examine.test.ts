import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import { createSigner, openEnvelope, signDocument, type LineDocument, type Signer } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { createFleetServer, type FleetServer } from '../../server.ts';
import { keyPath, readSigner } from '../../supply/keys/index.ts';
import {
  getModel,
  intakeModel,
  lineDocumentBytes,
  optimizeModel,
  submitForApproval,
  type OptimizedModel,
} from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { createHttpApp } from '../http/index.ts';
import { approvePending, createClient, DEVELOPMENT_POLICY, examine, readDraft, type Client } from './index.ts';

const stranger = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(9) });
const IMPORTED = { origin: 'imported' };
let folder: string;
let server: FleetServer;
let client: Client;
let approver: Signer;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-approver-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_WS_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock: createVirtualClock() });
  client = createClient({ url: server.url, operatorToken: server.fleet.operatorToken });
  approver = await readSigner(keyPath(join(folder, 'keys'), 'approver'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const newLine = () => {
  count += 1;
  return `line-${count}`;
};

async function optimized(line: string, card: Record<string, unknown>, bias = 0): Promise<OptimizedModel> {
  const bytes = exportModel({
    kind: 'linear',
    columns: { numbers: [{ name: 'a', mean: 0, scale: 1, impute: 0 }], categories: [] },
    weights: Float64Array.of(1),
    bias,
  });
  const accepted = await intakeModel(
    server.fleet,
    {
      line,
      target: 'late',
      algorithm: 'logistic',
      bytes,
      inputs: [
        {
          kind: 'columns',
          name: 'numbers',
          dtype: 'float32',
          batch: 'dynamic',
          features: [{ name: 'a', type: 'number', missing: 'accept', from: { column: 'a' } }],
        },
      ],
      output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
      card,
    },
    server.fleet.now(),
  );
  return optimizeModel(server.fleet, accepted);
}

interface Submitted {
  line: string;
  version: string;
  draft: Uint8Array;
}

async function submit(line: string, model: OptimizedModel, builder = server.fleet.keys.builder): Promise<Submitted> {
  const { fleet } = server;
  const deps = { ...fleet, keys: { ...fleet.keys, builder } };
  const { version, document } = await submitForApproval(deps, 'user:ana', model);
  const draft = await lineDocumentBytes(fleet.database.db, line, document);
  if (draft === undefined) throw new Error('no draft');
  return { line, version, draft };
}

const submitCard = async (card: Record<string, unknown>, line = newLine(), bias = 0) =>
  submit(line, await optimized(line, card, bias));

const stateOf = async ({ line }: Submitted) => (await getModel(server.fleet.database.db, line, '1.0.0')).state;

const look = ({ draft, version }: Submitted, through = client) =>
  examine({ client: through, trial: server.fleet.trial, root: server.fleet.keys.root }, draft, version);

const approveAll = (policy = DEVELOPMENT_POLICY) =>
  approvePending(
    { client, trial: server.fleet.trial, root: server.fleet.keys.root, signer: approver, actor: 'ben' },
    policy,
  );

/** What a server that took over the builder's key could draft. */
function redraft(
  submitted: Submitted,
  change: (targets: LineDocument['targets']) => LineDocument['targets'],
): Submitted {
  const document = readDraft(submitted.draft);
  const signed = { ...openEnvelope(submitted.draft, 'draft').signed, targets: change(document.targets) };
  return { ...submitted, draft: signDocument(signed, [server.fleet.keys.builder]) };
}

type Target = LineDocument['targets'][string];
const mapTargets = (change: (target: Target) => Target) => (targets: LineDocument['targets']) =>
  Object.fromEntries(Object.entries(targets).map(([path, target]) => [path, change(target)]));

/** A server whose artifacts are not what they are asked for by. */
function lyingClient(bytes: Uint8Array): Client {
  const { fleet } = server;
  const app = createHttpApp({ ...fleet, artifacts: { ...fleet.artifacts, get: async () => bytes } });
  const headers = { authorization: `Bearer ${fleet.operatorToken}` };
  return {
    ...client,
    bytes: async (path) => new Uint8Array(await (await app.request(path, { headers })).arrayBuffer()),
  };
}

describe('an examination', () => {
  it('makes out from the bytes what would be released', async () => {
    const submitted = await submitCard(IMPORTED);
    expect(await look(submitted)).toEqual({
      line: submitted.line,
      version: '1.0.0',
      predecessor: undefined,
      origin: 'imported',
      bundles: [
        {
          path: `models/${submitted.line}/1/plain.plb`,
          sha256: Object.values(readDraft(submitted.draft).targets)[0]!.hashes.sha256,
        },
      ],
      goldenRows: 24,
    });
  });

  it('refuses bytes that are not the ones the draft names', async () => {
    const submitted = await submitCard(IMPORTED);
    const field = `models/${submitted.line}/1/plain.plb`;
    const refusal = { code: 'bundle_differs', kind: 'refused', field };
    const archive = await server.fleet.artifacts.get(
      Object.values(readDraft(submitted.draft).targets)[0]!.hashes.sha256,
    );
    const flipped = Uint8Array.from(archive);
    flipped[100]! ^= 1;
    await expect(look(submitted, lyingClient(flipped))).rejects.toMatchObject(refusal);
    const longer = redraft(
      submitted,
      mapTargets((target) => ({ ...target, length: target.length + 1 })),
    );
    await expect(look(longer)).rejects.toMatchObject(refusal);
  });

  it('refuses a draft, or a bundle in it, that the builder did not sign', async () => {
    const line = newLine();
    const submitted = await submit(line, await optimized(line, IMPORTED), stranger);
    await expect(look(submitted)).rejects.toMatchObject({ code: 'key_unknown', field: 'draft' });
    await expect(look(redraft(submitted, (targets) => targets))).rejects.toMatchObject({ code: 'seal_invalid' });
  });

  it('refuses golden rows that the model does not answer', async () => {
    const line = newLine();
    const model = await optimized(line, IMPORTED);
    const { golden } = model.accepted;
    const rows = golden.rows.map((row, i) => (i === 3 ? { ...row, score: 1 - row.score + 0.1 } : row));
    const submitted = await submit(line, { ...model, accepted: { ...model.accepted, golden: { ...golden, rows } } });
    await expect(look(submitted)).rejects.toMatchObject({ code: 'golden_differs', field: 'golden.rows.3' });
  });

  it.each<[string, Record<string, unknown>, object]>([
    [
      'says that the gate refused',
      { origin: 'trained', gate: { verdict: 'refuse' } },
      { code: 'gate_not_passed', field: 'card.gate' },
    ],
    ['says nothing of a gate', { origin: 'trained' }, { code: 'gate_not_passed', field: 'card.gate' }],
    [
      'leaves the candidate level with its predecessor',
      { origin: 'trained', gate: { verdict: 'pass' }, comparison: { low: 0 } },
      { code: 'candidate_not_better', field: 'card.comparison' },
    ],
    [
      'has a candidate that may be worse',
      { origin: 'imported', comparison: { low: -0.01 } },
      { code: 'candidate_not_better', field: 'card.comparison' },
    ],
  ])('refuses a model whose card %s', async (_what, card, refusal) => {
    await expect(look(await submitCard(card))).rejects.toMatchObject({ kind: 'refused', ...refusal });
  });

  it('takes a candidate that is surely better', async () => {
    const card = { origin: 'trained', gate: { verdict: 'pass' }, comparison: { low: 0.001 } };
    expect(await look(await submitCard(card))).toMatchObject({ origin: 'trained' });
  });
});

describe('a server that cannot be believed', () => {
  it('is refused when it names another version than the draft releases', async () => {
    const submitted = await submitCard(IMPORTED);
    for (const version of ['9.9.9', '0.9.0']) {
      await expect(look({ ...submitted, version })).rejects.toMatchObject({
        code: 'bundle_differs',
        field: 'version',
        expected: '1.0.0',
      });
    }
  });

  it('is refused when it hides new bytes behind an older version, as a predecessor', async () => {
    const submitted = await submitCard(IMPORTED);
    const other = await submitCard({ origin: 'trained', gate: { verdict: 'refuse' } });
    const [hidden] = Object.values(readDraft(other.draft).targets);
    const draft = redraft(submitted, (targets) => ({
      ...targets,
      [`models/${submitted.line}/2/plain.plb`]: {
        ...hidden!,
        custom: { ...hidden!.custom, counter: 2, version: '0.9.0' },
      },
    }));
    await expect(look(draft)).rejects.toMatchObject({ code: 'bundle_differs', field: 'manifest.line' });
  });

  it('is refused when a bundle stands under the name of another variant', async () => {
    const submitted = await submitCard(IMPORTED);
    const draft = redraft(
      submitted,
      mapTargets((target) => ({ ...target, custom: { ...target.custom, variant: 'int8' } })),
    );
    await expect(look(draft)).rejects.toMatchObject({
      code: 'bundle_differs',
      field: 'manifest.variant',
      expected: 'int8',
    });
  });
});

describe('an unattended approver', () => {
  it('leaves waiting what its policy does not cover or its examination does not bear out, and signs the rest', async () => {
    const bad = await submitCard({ origin: 'trained', gate: { verdict: 'refuse' } });
    const good = await submitCard(IMPORTED);
    const strict = await approveAll({ ...DEVELOPMENT_POLICY, origins: ['trained'] });
    expect(strict.find((one) => one.line === good.line)).toMatchObject({
      signed: false,
      reason: 'the policy does not cover origin imported',
    });
    expect(await stateOf(good)).toBe('awaiting-approval');

    const results = await approveAll();
    expect(results.find((one) => one.line === good.line)).toMatchObject({ signed: true, version: '1.0.0' });
    expect(results.find((one) => one.line === bad.line)).toMatchObject({ signed: false });
    expect([await stateOf(good), await stateOf(bad)]).toEqual(['published', 'awaiting-approval']);

    const retrained = await submitCard(IMPORTED, good.line, 1);
    expect(await look(retrained)).toMatchObject({ version: '1.0.1', predecessor: '1.0.0', goldenRows: 24 });
  });

  it('signs no more at a time than it may', async () => {
    expect(await approveAll({ ...DEVELOPMENT_POLICY, lines: ['none'], perHour: 2 })).toHaveLength(2);
  });
});

describe('the client', () => {
  it('brings a refusal with the code, field and kind the server gave it', async () => {
    await expect(client.get('/api/v1/models/delay/9.9.9')).rejects.toMatchObject({
      name: 'ClientError',
      code: 'model_unknown',
      kind: 'not-found',
      field: 'model',
    });
  });

  it('says when nobody answers', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1', operatorToken: '' });
    await expect(nobody.get('/api/v1/health')).rejects.toMatchObject({
      code: 'server_unreachable',
      kind: 'unavailable',
    });
  });
});
