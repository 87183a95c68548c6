import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/trial';
import {
  createSigner,
  lineRole,
  readLine,
  readMetadata,
  signMetadata,
  type LineMetadata,
  type MetadataSource,
  type Signer,
} from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import {
  findPending,
  getModel,
  pendingApprovals,
  renewRepository,
  submitForApproval,
  type OptimizedModel,
} from '../../supply/models/index.ts';
import { metadataByVersion, metadataInForce, publishMetadata } from '../../supply/repository/index.ts';
import { createHttpApp } from '../http/index.ts';
import { serveApp } from '../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import {
  approvePending,
  createClient,
  DEVELOPMENT_POLICY,
  examine,
  examineRenewal,
  metadataSource,
  openApprover,
  refreshTrust,
  type Approver,
  type Client,
} from './index.ts';

const stranger = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(9) });
const IMPORTED = { origin: 'imported' };
const HOUR_MS = 3_600_000;
const trial = createProcessTrial();
const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let client: Client;
let approver: Approver;
let count = 0;

beforeAll(async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line-${i + 1}`);
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, lines });
  http = await serveApp(createHttpApp(small.fleet));
  client = createClient({ url: http.url, operatorToken: small.fleet.operatorToken });
  approver = await openApprover({
    client,
    trial,
    signer: small.approver,
    trustFolder: join(small.folder, 'approver'),
    firstRoot: (await metadataByVersion(small.fleet.database.db, 'root', 1))!.bytes,
    actor: 'ben',
    now: async () => small.clock.now(),
  });
});
afterAll(async () => {
  await http.close();
  await small[Symbol.asyncDispose]();
  await trial.close();
  await lab.close();
});

const newLine = () => {
  count += 1;
  return `line-${count}`;
};

interface Submitted {
  line: string;
  version: string;
  bytes: Uint8Array;
}

async function submit(line: string, model: OptimizedModel, builder: Signer = small.fleet.desk.builder) {
  const { fleet } = small;
  const deps = { ...fleet, desk: { ...fleet.desk, builder } };
  const { version, document } = await submitForApproval(deps, 'user:ana', model);
  const draft = await findPending(fleet.database.db, line, document);
  if (draft === undefined) throw new Error('no draft');
  return { line, version, bytes: draft.bytes };
}

const submitCard = async (card: Record<string, unknown>, line = newLine(), bias = 0) =>
  submit(line, await small.model(line, card, bias));

const stateOf = async ({ line }: Submitted) => (await getModel(small.fleet.database.db, line, '1.0.0')).state;

const look = async (draft: Submitted, through = client) =>
  examine(
    { client: through, trial, targets: (await metadataInForce(small.fleet.database.db, 'targets')).signed },
    draft,
  );

const approveAll = (policy = DEVELOPMENT_POLICY) => approvePending(approver, policy);

type Targets = LineMetadata['targets'];
type Target = Targets[string];

/** What a server that took over the builder's key could draft. */
async function redraft(submitted: Submitted, change: (targets: Targets) => Targets): Promise<Submitted> {
  const { signed } = readMetadata(submitted.bytes, lineRole(submitted.line));
  const targets = change(readLine(submitted.bytes, submitted.line).targets);
  return { ...submitted, bytes: await signMetadata({ ...signed, targets }, [small.fleet.desk.builder]) };
}

const mapTargets = (change: (target: Target) => Target) => (targets: Targets) =>
  Object.fromEntries(Object.entries(targets).map(([path, target]) => [path, change(target)]));
const firstTarget = ({ bytes, line }: Submitted) => Object.values(readLine(bytes, line).targets)[0]!;

/** A server whose artifacts are not what they are asked for by. */
function lyingClient(bytes: Uint8Array): Client {
  const { fleet } = small;
  const app = createHttpApp({ ...fleet, artifacts: { ...fleet.artifacts, get: async () => bytes } });
  const headers = { authorization: `Bearer ${fleet.operatorToken}` };
  return {
    ...client,
    bytes: async (path) => new Uint8Array(await (await app.request(path, { headers })).arrayBuffer()),
  };
}

const renewalOf = async (line: string) =>
  (await pendingApprovals(small.fleet.database.db)).find((one) => one.line === line && one.kind === 'renewal')!;

const open = (trustFolder: string, firstRoot?: Uint8Array) =>
  openApprover({ ...approver, trustFolder: join(small.folder, trustFolder), firstRoot });
const rootBytes = async () => (await metadataByVersion(small.fleet.database.db, 'root', 1))!.bytes;

describe('an examination', () => {
  it('makes out from the bytes what would be released', async () => {
    const submitted = await submitCard(IMPORTED);
    expect(await look(submitted)).toEqual({
      kind: 'release',
      line: submitted.line,
      version: '1.0.0',
      predecessor: undefined,
      origin: 'imported',
      bundles: [
        {
          path: `models/${submitted.line}/1/plain.plb`,
          sha256: firstTarget(submitted).hashes.sha256,
        },
      ],
      goldenRows: 24,
      worseByAtMost: 0,
    });
  });

  it('refuses bytes that are not the ones the draft names', async () => {
    const submitted = await submitCard(IMPORTED);
    const field = `models/${submitted.line}/1/plain.plb`;
    const refusal = { code: 'bundle_differs', kind: 'refused', field };
    const archive = await small.fleet.artifacts.get(firstTarget(submitted).hashes.sha256);
    const flipped = Uint8Array.from(archive);
    flipped[100]! ^= 1;
    await expect(look(submitted, lyingClient(flipped))).rejects.toMatchObject(refusal);
    const longer = await redraft(
      submitted,
      mapTargets((target) => ({ ...target, length: target.length + 1 })),
    );
    await expect(look(longer)).rejects.toMatchObject(refusal);
  });

  it('refuses a draft, or a bundle in it, that the builder did not sign', async () => {
    const line = newLine();
    const submitted = await submit(line, await small.model(line, IMPORTED), stranger);
    await expect(look(submitted)).rejects.toMatchObject({ code: 'key_unknown', field: `line-${line}.signatures` });
    await expect(look(await redraft(submitted, (targets) => targets))).rejects.toMatchObject({ code: 'seal_invalid' });
  });

  it('refuses golden rows that the model does not answer', async () => {
    const line = newLine();
    const model = await small.model(line, IMPORTED);
    const [variant] = model.variants;
    const { golden } = variant!;
    const rows = golden.rows.map((row, i) => (i === 3 ? { ...row, score: 1 - row.score + 0.1 } : row));
    const submitted = await submit(line, { ...model, variants: [{ ...variant!, golden: { ...golden, rows } }] });
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
      'has a candidate that may be worse, and did worse by AUC',
      {
        origin: 'trained',
        gate: { verdict: 'pass' },
        comparison: { low: -0.005, improvement: 0.001, champion: { auc: 0.8 }, candidate: { auc: 0.79 } },
      },
      { code: 'candidate_not_better', field: 'card.comparison' },
    ],
    [
      'has a candidate that may be worse, and did worse by Brier',
      {
        origin: 'trained',
        gate: { verdict: 'pass' },
        comparison: { low: -0.005, improvement: -0.001, champion: { auc: 0.8 }, candidate: { auc: 0.9 } },
      },
      { code: 'candidate_not_better', field: 'card.comparison' },
    ],
    [
      'has a candidate that may be worse',
      { origin: 'imported', comparison: { low: -0.01 } },
      { code: 'candidate_not_better', field: 'card.comparison' },
    ],
    [
      'has a slice in which the candidate may be worse than its limit, whatever it says of it',
      {
        origin: 'trained',
        gate: { verdict: 'pass' },
        comparison: { low: 0.001, slices: [{ name: 'trade=paint', high: 0.04, limit: 0.03, holds: true }] },
      },
      { code: 'candidate_worse_in_slice', field: 'card.comparison.slices' },
    ],
  ])('refuses a model whose card %s', async (_what, card, refusal) => {
    await expect(look(await submitCard(card))).rejects.toMatchObject({ kind: 'refused', ...refusal });
  });

  it('takes a candidate that is surely better', async () => {
    const slices = [{ name: 'trade=paint', high: 0.03, limit: 0.03 }];
    const card = { origin: 'trained', gate: { verdict: 'pass' }, comparison: { low: 0.001, slices } };
    expect(await look(await submitCard(card))).toMatchObject({ origin: 'trained', worseByAtMost: 0 });
  });

  it('says of a candidate that did no worse how much worse it may be, for a policy to judge', async () => {
    const comparison = { low: -0.008, improvement: 0.001, champion: { auc: 0.8 }, candidate: { auc: 0.81 } };
    const card = { origin: 'trained', gate: { verdict: 'pass' }, comparison };
    expect(await look(await submitCard(card))).toMatchObject({ worseByAtMost: 0.008 });
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
    const hidden = firstTarget(other);
    const draft = await redraft(submitted, (targets) => ({
      ...targets,
      [`models/${submitted.line}/2/plain.plb`]: {
        ...hidden,
        custom: { ...hidden.custom, counter: 2, version: '0.9.0' },
      },
    }));
    await expect(look(draft)).rejects.toMatchObject({ code: 'bundle_differs', field: 'manifest.line' });
  });

  it('is refused when a bundle stands under the name of another variant', async () => {
    const submitted = await submitCard(IMPORTED);
    const draft = await redraft(submitted, (targets) =>
      Object.fromEntries(
        Object.values(targets).map((target) => [
          `models/${submitted.line}/1/int8.plb`,
          { ...target, custom: { ...target.custom, variant: 'int8' } },
        ]),
      ),
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

  it('signs no more within an hour than it may, also over many looks and a restart', async () => {
    await approveAll();
    await small.clock.advance(HOUR_MS);
    const policy = { ...DEVELOPMENT_POLICY, perHour: 2 };
    for (let i = 0; i < 3; i += 1) await submitCard(IMPORTED);
    const first = await approveAll(policy);
    const [left] = first.filter((one) => !one.signed && one.reason === '2 were signed within the hour');
    expect(first.filter((one) => one.signed)).toHaveLength(2);
    const again = await openApprover({ ...approver, trustFolder: join(small.folder, 'approver') });
    expect((await approvePending(again, policy)).filter((one) => one.signed)).toEqual([]);
    await small.clock.advance(HOUR_MS);
    const later = (await approvePending(again, policy)).filter((one) => one.signed);
    expect(later.map(({ line }) => line)).toContain(left!.line);
    approver = again;
  });

  it('signs only what its own key may approve', async () => {
    const { line } = await submitCard(IMPORTED);
    const signer = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(9) });
    const results = await approvePending({ ...approver, signer }, DEVELOPMENT_POLICY);
    expect(results.find((one) => one.line === line)).toMatchObject({
      signed: false,
      reason: `line ${line}: this key is no approver of it`,
    });
    await approveAll();
  });
});

describe('a renewal', () => {
  const DUE_MS = 130 * 24 * HOUR_MS;

  it('is signed when it lists what is in force and nothing else, and the policy lets it', async () => {
    const { line } = await submitCard(IMPORTED);
    await approveAll();
    await small.clock.advance(DUE_MS);
    await renewRepository(small.fleet);
    const without = await approveAll({ ...DEVELOPMENT_POLICY, renewals: false });
    expect(without.find((one) => one.line === line)).toMatchObject({
      signed: false,
      reason: `the policy does not cover renewals of ${line}`,
    });
    expect((await approveAll()).find((one) => one.line === line)).toMatchObject({
      kind: 'renewal',
      signed: true,
      examination: { kind: 'renewal', targets: 1 },
    });
  });

  it('is refused when a stolen builder key changes the list under its name', async () => {
    const other = firstTarget(await submitCard(IMPORTED));
    const { line } = await submitCard(IMPORTED);
    await approveAll();
    await small.clock.advance(DUE_MS);
    await renewRepository(small.fleet);
    const renewal = await renewalOf(line);
    const forged = await redraft({ ...renewal, version: '' }, (targets) => ({
      ...targets,
      [`models/${line}/9/plain.plb`]: { ...other, custom: { ...other.custom, counter: 9 } },
    }));
    const trust = await refreshTrust(approver);
    const examining = examineRenewal(
      { source: metadataSource(client), trust, knownVersion: approver.folder.lineVersion(line) },
      { line, bytes: forged.bytes },
    );
    await expect(examining).rejects.toMatchObject({ code: 'targets_changed', field: 'targets' });
    await approveAll();
  });
});

describe('the trust of an approver', () => {
  it('begins with a root that a person brings, and with none other afterwards', async () => {
    await expect(open('new')).rejects.toMatchObject({ code: 'root_missing', field: 'root' });
    await open('new', await rootBytes());
    const { folder } = await open('new');
    expect(folder.trust.root.version).toBe(1);
    const other = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
    const foreign = (await metadataByVersion(other.fleet.database.db, 'root', 1))!.bytes;
    await other[Symbol.asyncDispose]();
    await expect(open('new', foreign)).rejects.toMatchObject({ code: 'root_differs', field: 'root' });
  });

  it('is kept over restarts, so that a server that goes back is found out', async () => {
    const first = await open('kept', await rootBytes());
    const before = await refreshTrust(first);
    await small.fleet.database.transaction((tx) => publishMetadata(tx, small.fleet));
    await refreshTrust(first);
    const later = await open('kept');
    const old: MetadataSource = {
      fetch: async (request) =>
        request.role === 'timestamp' ? before.timestamp!.bytes : metadataSource(client).fetch(request),
    };
    await expect(refreshTrust({ ...later, source: old })).rejects.toMatchObject({ code: 'rollback' });
  });

  it('is refused when somebody wrote into its folder', async () => {
    await open('torn', await rootBytes());
    await writeFile(join(small.folder, 'torn', 'trust.json'), '{"v":1');
    await expect(open('torn')).rejects.toMatchObject({ code: 'trust_malformed' });
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
