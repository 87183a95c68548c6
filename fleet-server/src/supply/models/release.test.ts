import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import {
  addMetadataSignatures,
  checkInstall,
  lineRole,
  readMetadata,
  refresh,
  signedBytes,
  signMetadata,
  startTrust,
  toHex,
  verifyRelease,
  type LineMetadata,
  type Signer,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import type { GraphInput } from '@plumbline/shared/manifest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { openDatabase, outboxEvents, type Database } from '../../platform/db/index.ts';
import { keyFileOf, makeDevelopmentKeys, openDesk, readSigner, type Desk } from '../keys/index.ts';
import { exportModel, type FittedModel } from '../onnx/index.ts';
import { importRepository, metadataByVersion, metadataInForce, repositorySource } from '../repository/index.ts';
import {
  approveModel,
  chooseModel,
  findPending,
  getModel,
  intakeModel,
  isReleasedPayload,
  lineInForce,
  optimizeModel,
  pendingApprovals,
  renewRepository,
  submitForApproval,
  withdrawModel,
  type OptimizedModel,
  type OptimizeOptions,
  type PublishDeps,
} from './index.ts';

let clock: VirtualClock;
const lab = createModelLab();
const TABLET = { profile: 'ipad-10', agent: '0.1.0', derivations: [] };
const GATEWAY = { profile: 'linux-x64-gateway', agent: '0.1.0', derivations: [] };
let folder: string;
let desk: Desk;
let approver: Signer;
let database: Database;
let deps: Omit<PublishDeps, 'desk'> & { desk: Desk };
let inUse: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-models-'));
  await makeDevelopmentKeys(join(folder, 'keys'), createVirtualClock().now());
  desk = await openDesk(join(folder, 'keys'));
  approver = await readSigner(join(folder, 'keys', keyFileOf('approver')));
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  clock = createVirtualClock();
  inUse = [];
  await begin();
});
afterEach(() => database.close());

/** A server with nothing but its offline documents. */
async function begin(): Promise<void> {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  const artifacts = await openArtifactFiles(join(folder, 'artifacts'));
  deps = { database, artifacts, desk, now: clock.now, versionsInUse: async () => inUse };
  await importRepository(deps, 'system', join(folder, 'keys'));
}

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
  line?: string;
}

async function optimized(
  { bias = 0, names = ['a', 'b'], algorithm = 'logistic', line = 'delay' }: Made = {},
  options: OptimizeOptions = {},
) {
  const bytes = exportModel(linear(bias, names));
  const output = {
    kind: 'classes' as const,
    probabilities: 'probabilities',
    classes: ['0', '1'],
    positive: '1',
  };
  const intake = { line, target: 'late', algorithm, bytes, inputs: inputsFor(names), output, card: {} };
  return optimizeModel({ lab }, await intakeModel({ lab }, intake, clock.now()), options);
}

const submit = async (made?: Made | OptimizedModel) =>
  submitForApproval(deps, 'user:ana', made !== undefined && 'accepted' in made ? made : await optimized(made));

/** As it was optimized, and a second encoding of the same model under a name of its own. */
async function withSecond(made: Made, variant: string): Promise<OptimizedModel> {
  const model = await optimized(made);
  const [plain] = model.variants;
  const bytes = exportModel(linear(made.bias ?? 0, ['a', 'b']), { target: 'older' });
  return { ...model, variants: [plain!, { ...plain!, variant, recipe: variant, bytes }] };
}

async function draftOf(document: number): Promise<Uint8Array> {
  const pending = await findPending(database.db, 'delay', document);
  if (pending === undefined) throw new Error(`no draft ${document}`);
  return pending.bytes;
}

const ROLE = lineRole('delay');
const approve = (document: number, bytes: Uint8Array) =>
  approveModel(deps, 'approver:ben', { line: 'delay', document, signature: { bytes } });
const sign = async (document: number) =>
  approve(document, await addMetadataSignatures(await draftOf(document), [approver], ROLE));

const bodyOf = (draft: Uint8Array): TargetsMetadata => readMetadata(draft, ROLE).signed;
const withdraw = (version: string) =>
  database.transaction((tx) => withdrawModel(tx, deps, 'user:ana', { line: 'delay', version, reason: 'gate failed' }));

async function publish(made?: Made) {
  const waiting = await submit(made);
  await sign(waiting.document);
  return waiting;
}

/** What a device verifies: the chain from the root, then builder and approver. */
async function inForce(): Promise<LineMetadata> {
  const root = await metadataByVersion(database.db, 'root', 1);
  const source = repositorySource(database.db);
  const trust = await refresh(startTrust(root!.bytes), source, clock.now(), () => undefined);
  const meta = trust.snapshot?.signed.meta['line-delay.json'];
  const bytes = await source.fetch({ role: ROLE, version: meta!.version, maxBytes: 16_384 });
  return verifyRelease(bytes!, trust.targets!.signed, 'delay', { knownVersion: 0, now: clock.now() });
}

describe('a model that is submitted', () => {
  it('becomes 1.0.0 under counter 1 and waits for its second signature', async () => {
    const waiting = await submit();
    expect(waiting).toMatchObject({ line: 'delay', version: '1.0.0', counter: 1, document: 1 });
    expect(await pendingApprovals(database.db)).toMatchObject([{ line: 'delay', version: '1.0.0', document: 1 }]);
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({ state: 'awaiting-approval' });
    expect(await lineInForce(database.db, 'delay')).toBeUndefined();
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
    await begin();
    const second = await submit(model);
    expect(second.variants).toEqual(first.variants);
  });
});

describe('the line metadata of a second release', () => {
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
    await withdraw('1.0.1');
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
    const signed = await addMetadataSignatures(await draftOf(document), [approver], ROLE);
    await database.transaction((tx) => tx.delete(outboxEvents));
    const approved = { kind: 'release', line: 'delay', version: '1.0.0', document: 1 };
    expect(await approve(document, signed)).toEqual(approved);
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({
      state: 'published',
      publishedAt: clock.now(),
    });
    const events = await database.db.select().from(outboxEvents);
    expect(events.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { type: 'model.published', model: 'delay', version: '1.0.0', releaseCounter: 1 },
      { type: 'metadata.published', timestamp: 2 },
    ]);
    expect((await inForce()).version).toBe(1);
    await expect(approve(document, signed)).rejects.toMatchObject({ code: 'model_not_awaiting_approval' });
  });

  it('may come as a signature alone, as a browser key makes it', async () => {
    const { document } = await submit();
    const sig = toHex(await approver.sign(signedBytes(await draftOf(document), ROLE)));
    const approval = (signature: { keyid: string; sig: string }) =>
      approveModel(deps, 'approver:ben', { line: 'delay', document, signature });
    await expect(approval({ keyid: approver.keyId, sig: '00'.repeat(64) })).rejects.toMatchObject({
      code: 'below_threshold',
    });
    await approval({ keyid: approver.keyId, sig });
    expect((await inForce()).version).toBe(1);
  });

  it.each<[string, (draft: Uint8Array) => Promise<Uint8Array>, object]>([
    [
      'of an altered draft',
      async (draft) => signMetadata({ ...bodyOf(draft), version: 9 }, [desk.builder, approver]),
      { code: 'approval_differs', field: 'bytes', kind: 'refused' },
    ],
    ['that no approver signed', async (draft) => draft, { code: 'below_threshold', field: 'line-delay.signatures' }],
    [
      'signed by the builder a second time',
      (draft) => addMetadataSignatures(draft, [desk.builder], ROLE),
      { code: 'below_threshold' },
    ],
    [
      'without the signature of the builder',
      async (draft) => signMetadata(bodyOf(draft), [approver]),
      { code: 'below_threshold' },
    ],
  ])('is refused: %s', async (_what, change, refusal) => {
    const { document } = await submit();
    await database.transaction((tx) => tx.delete(outboxEvents));
    await expect(approve(document, await change(await draftOf(document)))).rejects.toMatchObject(refusal);
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({ state: 'awaiting-approval' });
    expect(await database.db.select().from(outboxEvents)).toEqual([]);
    expect((await metadataInForce(database.db, 'timestamp')).version).toBe(1);
  });
});

describe('drafts that are overtaken', () => {
  it('are no releases any more when a newer one was approved first', async () => {
    const older = await submit({ bias: 1 });
    const draft = await draftOf(older.document);
    await publish({ bias: 2 });
    expect(await pendingApprovals(database.db)).toEqual([]);
    const signed = await addMetadataSignatures(draft, [approver], ROLE);
    await expect(approve(older.document, signed)).rejects.toMatchObject({ code: 'model_not_awaiting_approval' });
    expect(await getModel(database.db, 'delay', '1.0.0')).toMatchObject({ state: 'refused' });
    expect((await list(database.db, { subject: 'model:delay@1.0.0' })).rows[0]).toMatchObject({
      action: 'models.overtaken',
    });
  });

  it('are drafted again on top of an older one that was approved first, with it as predecessor and ticket', async () => {
    const older = await submit();
    const newer = await submit({ bias: 2 });
    await sign(older.document);
    const [again, ...others] = await pendingApprovals(database.db);
    expect([again, others]).toMatchObject([{ version: '1.0.1', document: newer.document + 1 }, []]);
    await sign(again!.document);
    const { targets } = await inForce();
    expect(targets['models/delay/4/plain.plb']?.hashes.sha256).toBe(older.variants[0]!.archive);
    expect(await getModel(database.db, 'delay', '1.0.1')).toMatchObject({ predecessor: '1.0.0', state: 'published' });
  });

  it('are drafted again when what they would lead back to is withdrawn', async () => {
    const first = await publish();
    await publish({ bias: 1 });
    await submit({ bias: 2 });
    await withdraw('1.0.1');
    const [again] = await pendingApprovals(database.db);
    expect(again).toMatchObject({ version: '1.0.2', document: 4 });
    await sign(again!.document);
    expect((await inForce()).targets['models/delay/6/plain.plb']?.hashes.sha256).toBe(first.variants[0]!.archive);
  });
});

const listed = async () => [...new Set(Object.values((await inForce()).targets).map(({ custom }) => custom.version))];

describe('what is listed', () => {
  it('is the release and its predecessor, and what rollouts still use', async () => {
    await publish();
    await publish({ bias: 1 });
    inUse = ['1.0.0'];
    await publish({ bias: 2 });
    expect((await listed()).toSorted()).toEqual(['1.0.0', '1.0.1', '1.0.2']);
    inUse = [];
    await publish({ bias: 3 });
    expect((await listed()).toSorted()).toEqual(['1.0.2', '1.0.3']);
  });

  it('stays as short however often a release is gone back on', async () => {
    await publish();
    const lengths: number[] = [];
    for (let bias = 1; bias <= 6; bias += 1) {
      const { version } = await publish({ bias });
      lengths.push(Object.keys((await inForce()).targets).length);
      await withdraw(version);
    }
    expect(lengths).toEqual([3, 4, 4, 4, 4, 4]);
  });

  it('is refused for a line that no offline key has delegated, before anything is sealed', async () => {
    await expect(submit({ line: 'cost' })).rejects.toMatchObject({
      code: 'line_not_delegated',
      field: 'line',
      kind: 'refused',
      expected: expect.stringContaining('delay, iris'),
    });
    expect(await pendingApprovals(database.db)).toEqual([]);
  });
});

describe('renewal of a line', () => {
  const DAY_MS = 24 * 3_600_000;

  it('is drafted 60 days before it expires, once, and comes into force with an approval', async () => {
    await publish();
    const before = await inForce();
    await clock.advance(119 * DAY_MS);
    expect((await renewRepository(deps)).drafted).toEqual([]);
    await clock.advance(DAY_MS);
    expect(await renewRepository(deps)).toMatchObject({ drafted: [{ line: 'delay', document: 2 }] });
    expect((await renewRepository(deps)).drafted).toEqual([]);
    expect(await pendingApprovals(database.db)).toMatchObject([{ kind: 'renewal', line: 'delay', version: null }]);
    await sign(2);
    const after = await inForce();
    expect(after.targets).toEqual(before.targets);
    expect(Date.parse(after.expires) - Date.parse(before.expires)).toBe(120 * DAY_MS);
    expect((await getModel(database.db, 'delay', '1.0.0')).state).toBe('published');
    expect((await list(database.db, { subject: 'line:delay' })).rows).toMatchObject([
      { action: 'models.renew' },
      { action: 'models.draft-renewal' },
    ]);
  });

  it('brings a line back that has expired meanwhile', async () => {
    await publish();
    await clock.advance(400 * DAY_MS);
    await renewRepository(deps);
    await sign(2);
    expect((await inForce()).version).toBe(2);
  });

  it('makes way for a release that is approved first, and leaves one that waits waiting', async () => {
    await publish();
    const waiting = await submit({ bias: 1 });
    await clock.advance(130 * DAY_MS);
    await renewRepository(deps);
    const renewal = (await pendingApprovals(database.db)).find((one) => one.kind === 'renewal');
    await sign(renewal!.document);
    const [again] = await pendingApprovals(database.db);
    expect(again).toMatchObject({ kind: 'release', version: waiting.version });
    await clock.advance(130 * DAY_MS);
    expect((await renewRepository(deps)).drafted).toHaveLength(1);
    await sign(again!.document);
    expect(await pendingApprovals(database.db)).toEqual([]);
  });
});

it('one install costs at most 16 KB of metadata, with 16 lines delegated', async () => {
  const many = join(folder, 'many');
  const lines = Array.from({ length: 15 }, (_, i) => `line-number-${i + 1}`);
  await makeDevelopmentKeys(many, clock.now(), { lines: ['delay', ...lines] });
  const own = await openDesk(many);
  await database.close();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { ...deps, database, desk: own };
  await importRepository(deps, 'system', many);
  const key = await readSigner(join(many, keyFileOf('approver')));
  for (const bias of [1, 2]) {
    for (const line of ['delay', ...lines]) {
      const { document } = await submit(await withSecond({ line, bias }, 'older'));
      const draft = await findPending(database.db, line, document);
      const bytes = await addMetadataSignatures(draft!.bytes, [key], lineRole(line));
      await approveModel(deps, 'approver:ben', { line, document, signature: { bytes } });
    }
  }
  const sizes: Record<string, number> = {};
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
    sizes[role] = (await metadataInForce(database.db, role)).bytes.length;
  }
  const delay = await lineInForce(database.db, 'delay');
  expect(Object.keys(delay!.signed.targets)).toHaveLength(6);
  const total = Object.values(sizes).reduce((sum, size) => sum + size, delay!.bytes.length);
  expect(total).toBeLessThanOrEqual(16_384);
});

const choose = async (device: typeof TABLET, version = '1.0.0') =>
  chooseModel(await getModel(database.db, 'delay', version), (await lineInForce(database.db, 'delay'))!.signed, device);

describe('the choice for a device', () => {
  it('is the smallest payload that its profile takes', async () => {
    const { variants } = await publish();
    const payloads = new Map(variants[0]!.payloads.map((one) => [one.codec, one]));
    expect(payloads.get('brotli')!.length).toBeLessThan(payloads.get('deflate')!.length);
    expect(await choose(GATEWAY)).toMatchObject({ releaseCounter: 1, payload: payloads.get('brotli') });
    expect(await choose(TABLET)).toMatchObject({ sha256: variants[0]!.archive, payload: payloads.get('deflate') });
  });

  it('is the variant that is smallest on the wire, whatever its name', async () => {
    const model = await withSecond({}, 'zz-older');
    expect(model.variants).toHaveLength(2);
    const names = model.variants.map((one) => one.variant);
    for (const order of [names, names.toReversed()]) {
      await database.close();
      await begin();
      // Each of the two has the first name once, so that names cannot be what decides.
      const variants = model.variants.map((one, i) => ({ ...one, variant: order[i]! }));
      const { document, variants: sealed } = await submit({ ...model, variants });
      await sign(document);
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
    const { document } = await submit(await optimized({}, { profiles: [GATEWAY.profile] }));
    await sign(document);
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
