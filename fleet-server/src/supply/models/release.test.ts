import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/trial';
import { createVirtualClock } from '@plumbline/shared/testing';
import {
  addSignatures,
  checkInstall,
  openEnvelope,
  signDocument,
  verifyLine,
  type Signer,
} from '@plumbline/shared/trust';
import type { GraphInput } from '@plumbline/shared/manifest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { openArtifactFiles } from '../../platform/adapters/index.ts';
import { openDatabase, outboxEvents, type Database } from '../../platform/db/index.ts';
import { keyPath, makeDevelopmentKeys, readServerKeys, readSigner, type ServerKeys } from '../keys/index.ts';
import { exportModel, type FittedModel } from '../onnx/index.ts';
import {
  approveModel,
  chooseModel,
  getModel,
  intakeModel,
  isReleasedPayload,
  lineDocumentBytes,
  optimizeModel,
  pendingApprovals,
  submitForApproval,
  withdrawModel,
  type Candidate,
  type OptimizedModel,
  type PublishDeps,
} from './index.ts';

const clock = createVirtualClock();
const trial = createProcessTrial();
const TABLET = { profile: 'ipad-10', agent: '0.1.0', derivations: [] };
const GATEWAY = { profile: 'linux-x64-gateway', agent: '0.1.0', derivations: [] };
let folder: string;
let keys: ServerKeys;
let approver: Signer;
let database: Database;
let deps: PublishDeps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-models-'));
  await makeDevelopmentKeys(folder, clock.now());
  keys = await readServerKeys(folder);
  approver = await readSigner(keyPath(folder, 'approver'));
});
afterAll(async () => {
  await trial.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { database, artifacts: await openArtifactFiles(join(folder, 'artifacts')), keys, now: clock.now };
});
afterEach(() => database.close());

const linear = (bias: number, names: string[]): FittedModel => ({
  kind: 'linear',
  columns: { numbers: names.map((name) => ({ name, mean: 0, scale: 1, impute: 0 })), categories: [] },
  weights: Float64Array.from(names, (_, i) => i + 1),
  bias,
});
const inputsFor = (names: string[]): GraphInput[] => [
  {
    kind: 'columns',
    name: 'numbers',
    dtype: 'float32',
    batch: 'dynamic',
    features: names.map((name) => ({ name, type: 'number', missing: 'accept', from: { column: name } })),
  },
];

interface Made {
  bias?: number;
  names?: string[];
  algorithm?: string;
  candidates?: Candidate[];
}

async function optimized({ bias = 0, names = ['a', 'b'], algorithm = 'logistic', candidates }: Made = {}) {
  const bytes = exportModel(linear(bias, names));
  const output = {
    kind: 'classes' as const,
    probabilities: 'probabilities',
    classes: ['0', '1'],
    positive: '1',
  };
  const intake = { line: 'delay', target: 'late', algorithm, bytes, inputs: inputsFor(names), output, card: {} };
  return optimizeModel({ trial }, await intakeModel({ trial }, intake, clock.now()), candidates);
}

const submit = async (made?: Made | OptimizedModel, options = {}) =>
  submitForApproval(deps, 'user:ana', made !== undefined && 'accepted' in made ? made : await optimized(made), options);

async function draftOf(document: number): Promise<Uint8Array> {
  const bytes = await lineDocumentBytes(database.db, 'delay', document);
  if (bytes === undefined) throw new Error(`no draft ${document}`);
  return bytes;
}

const approve = (document: number, bytes: Uint8Array) =>
  approveModel({ database, root: keys.root, now: clock.now }, 'approver:ben', { line: 'delay', document, bytes });

async function publish(made?: Made) {
  const waiting = await submit(made);
  await approve(waiting.document, addSignatures(await draftOf(waiting.document), [approver], 'draft'));
  return waiting;
}

async function inForce() {
  const bytes = await lineDocumentBytes(database.db, 'delay');
  if (bytes === undefined) throw new Error('nothing in force');
  return verifyLine(bytes, keys.root, { line: 'delay', knownVersion: 0, now: clock.now() });
}

describe('a model that is submitted', () => {
  it('becomes 1.0.0 under counter 1 and waits for its second signature', async () => {
    const waiting = await submit();
    expect(waiting).toMatchObject({ line: 'delay', version: '1.0.0', counter: 1, document: 1 });
    expect(await pendingApprovals(database.db)).toMatchObject([{ line: 'delay', version: '1.0.0', document: 1 }]);
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({ state: 'awaiting-approval' });
    expect(await lineDocumentBytes(database.db, 'delay')).toBeUndefined();
    expect((await list(database.db, { subject: 'model:delay@1.0.0' })).rows).toMatchObject([
      { actor: 'user:ana', action: 'models.submit' },
    ]);
  });

  it.each<[string, Made, string]>([
    ['patch: only weights', { bias: 1 }, '1.0.1'],
    ['minor: another algorithm', { algorithm: 'boosting' }, '1.1.0'],
    ['minor: a feature more', { names: ['a', 'b', 'c'] }, '1.1.0'],
    ['major: a feature less', { names: ['a'] }, '2.0.0'],
  ])('gets its version from the rule table — %s', async (_what, made, version) => {
    await publish();
    expect(await submit(made)).toMatchObject({ version, counter: 3, document: 2 });
  });

  it('has the same archive bytes when it is sealed again', async () => {
    const model = await optimized();
    const first = await submit(model);
    await database.close();
    database = await openDatabase({ url: 'sqlite::memory:', clock });
    deps = { ...deps, database };
    const second = await submit(model);
    expect(second.variants).toEqual(first.variants);
  });

  it('is sealed although one of its encodings could not even be loaded', async () => {
    const broken = { variant: 'broken', recipe: 'broken', bytes: Uint8Array.of(1, 2, 3) };
    const model = await optimized({ candidates: [broken] });
    expect(model.trials).toMatchObject([
      { variant: 'broken', verdict: 'refuse', maxDiff: Infinity },
      { verdict: 'pass' },
    ]);
    expect((await submit(model)).variants).toMatchObject([{ variant: 'plain' }]);
  });
});

describe('the line document of a second release', () => {
  it('holds the release, its predecessor and the return ticket, each installable as it stands', async () => {
    const first = await publish();
    const second = await publish({ bias: 1 });
    const line = await inForce();
    expect(Object.keys(line.targets).toSorted()).toEqual(
      [1, 3, 4].map((counter) => `models/delay/${counter}/plain.plb`),
    );
    const [old, fresh] = [first.variants[0]!, second.variants[0]!];
    for (const [counter, variant, ran] of [
      [3, fresh, 1],
      [4, old, 3],
    ] as const) {
      const model = {
        model: 'delay',
        path: `models/delay/${counter}/plain.plb`,
        length: variant.archiveBytes,
        sha256: variant.archive,
        releaseCounter: counter,
        payload: variant.payloads[0]!,
      };
      expect(() => checkInstall(model, line, 0, ran, TABLET.profile)).not.toThrow();
      expect(() => checkInstall(model, line, 0, counter + 1, TABLET.profile)).toThrow(/counter/);
    }
  });

  it('falls back to the older predecessor once the newest was withdrawn', async () => {
    const first = await publish();
    await publish({ bias: 1 });
    await database.transaction((tx) => withdrawModel(tx, 'user:ana', 'delay', '1.0.1', 'gate failed'));
    const third = await publish({ bias: 2 });
    expect(third).toMatchObject({ version: '1.0.2', counter: 5 });
    expect(await getModel(database.db, 'delay', '1.0.2')).toMatchObject({ predecessor: '1.0.0' });
    const { targets } = await inForce();
    expect(targets['models/delay/6/plain.plb']).toMatchObject({
      hashes: { sha256: first.variants[0]!.archive },
      custom: { version: '1.0.0', counter: 6 },
    });
    expect(Object.values(targets).map((target) => target.custom.version)).not.toContain('1.0.1');
    expect((await list(database.db, { subject: 'model:delay@1.0.1' })).rows[0]).toMatchObject({
      action: 'models.withdraw',
      details: { reason: 'gate failed' },
    });
  });
});

describe('an approval', () => {
  it('makes the version a release, and tells so once', async () => {
    const { document } = await submit();
    const signed = addSignatures(await draftOf(document), [approver], 'draft');
    expect(await approve(document, signed)).toEqual({ line: 'delay', version: '1.0.0', counter: 1 });
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({
      state: 'published',
      publishedAt: clock.now(),
    });
    const events = await database.db.select().from(outboxEvents);
    expect(events.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { type: 'model.published', model: 'delay', version: '1.0.0', releaseCounter: 1 },
    ]);
    await expect(approve(document, signed)).rejects.toMatchObject({ code: 'model_not_awaiting_approval' });
  });

  it.each<[string, (draft: Uint8Array) => Uint8Array, object]>([
    [
      'of an altered draft',
      (draft) => signDocument({ ...openEnvelope(draft, 'draft').signed, version: 9 }, [keys.builder, approver]),
      { code: 'approval_differs', field: 'bytes', kind: 'refused' },
    ],
    ['that no approver signed', (draft) => draft, { code: 'key_unknown', field: 'line delay (approver)' }],
    [
      'signed by the builder a second time',
      (draft) => addSignatures(draft, [keys.builder], 'draft'),
      { code: 'key_unknown', field: 'line delay (approver)' },
    ],
    [
      'without the signature of the builder',
      (draft) => signDocument(openEnvelope(draft, 'draft').signed, [approver]),
      { code: 'key_unknown', field: 'line delay (builder)' },
    ],
  ])('is refused: %s', async (_what, change, refusal) => {
    const { document } = await submit();
    await expect(approve(document, change(await draftOf(document)))).rejects.toMatchObject(refusal);
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({ state: 'awaiting-approval' });
    expect(await database.db.select().from(outboxEvents)).toEqual([]);
  });

  it('is refused when one key stands for builder and approver', async () => {
    const { document } = await submit();
    const draft = await draftOf(document);
    const root = { ...keys.root, roles: { ...keys.root.roles, approver: keys.root.roles.builder } };
    const approval = { line: 'delay', document, bytes: draft };
    await expect(approveModel({ database, root, now: clock.now }, 'approver:ben', approval)).rejects.toMatchObject({
      code: 'below_threshold',
      expected: '2 distinct keys',
    });
  });

  it('is refused for a draft that a newer document in force has overtaken', async () => {
    await publish();
    const older = await submit({ bias: 1 });
    await publish({ bias: 2 });
    const signed = addSignatures(await draftOf(older.document), [approver], 'draft');
    await expect(approve(older.document, signed)).rejects.toMatchObject({ code: 'rollback' });
    expect(await getModel(database.db, 'delay', '1.0.1')).toMatchObject({ state: 'awaiting-approval' });
  });
});

const choose = async (device: typeof TABLET, version = '1.0.0') =>
  chooseModel(await getModel(database.db, 'delay', version), (await lineDocumentBytes(database.db, 'delay'))!, device);

describe('the choice for a device', () => {
  it('is the smallest payload that its profile takes', async () => {
    const { variants } = await publish();
    const payloads = new Map(variants[0]!.payloads.map((one) => [one.codec, one]));
    expect(payloads.get('brotli')!.length).toBeLessThan(payloads.get('deflate')!.length);
    expect(await choose(GATEWAY)).toMatchObject({ releaseCounter: 1, payload: payloads.get('brotli') });
    expect(await choose(TABLET)).toMatchObject({ sha256: variants[0]!.archive, payload: payloads.get('deflate') });
  });

  it('is the variant that is smallest on the wire, whatever its name', async () => {
    const small = {
      variant: 'zz-older',
      recipe: 'older',
      bytes: exportModel(linear(0, ['a', 'b']), { target: 'older' }),
    };
    const model = await optimized({ candidates: [small] });
    expect(model.variants).toHaveLength(2);
    const names = model.variants.map((one) => one.variant);
    for (const order of [names, names.toReversed()]) {
      await database.close();
      database = await openDatabase({ url: 'sqlite::memory:', clock });
      deps = { ...deps, database };
      // Each of the two has the first name once, so that names cannot be what decides.
      const variants = model.variants.map((one, i) => ({ ...one, variant: order[i]! }));
      const { document, variants: sealed } = await submit({ ...model, variants });
      await approve(document, addSignatures(await draftOf(document), [approver], 'draft'));
      const least = Math.min(...sealed.flatMap((one) => one.payloads.map((payload) => payload.length)));
      expect((await choose(GATEWAY)).payload.length).toBe(least);
    }
  });

  it('is refused with the reason of each variant', async () => {
    await publish();
    const refused = choose({ ...TABLET, agent: '2.0.0' });
    await expect(refused).rejects.toMatchObject({ code: 'variant_none_fits', field: 'profile' });
    await expect(refused).rejects.toThrow(/plain: The device runs agent 2\.0\.0/);
  });

  it('keeps to the profiles a release was made for', async () => {
    const { document } = await submit(undefined, { profiles: [GATEWAY.profile] });
    await approve(document, addSignatures(await draftOf(document), [approver], 'draft'));
    expect(await choose(GATEWAY)).toMatchObject({ releaseCounter: 1 });
    await expect(choose(TABLET)).rejects.toThrow(/made for linux-x64-gateway/);
  });

  it('is the return ticket for a version that has a successor, and nothing for one that is not in force', async () => {
    await publish();
    await publish({ bias: 1 });
    expect(await choose(GATEWAY)).toMatchObject({ releaseCounter: 4, path: 'models/delay/4/plain.plb' });
    await publish({ bias: 2 });
    await expect(choose(GATEWAY)).rejects.toMatchObject({ code: 'model_not_published', field: 'model' });
  });
});

it('only hashes under which a bundle travels may be asked for', async () => {
  const { variants } = await submit();
  const [variant] = variants;
  for (const { sha256 } of variant!.payloads) expect(await isReleasedPayload(database.db, sha256)).toBe(true);
  for (const other of [variant!.model, 'ab'.repeat(32)])
    expect(await isReleasedPayload(database.db, other)).toBe(false);
});
