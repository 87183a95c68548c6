import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packArchive, type BundleFiles, type Manifest } from '@plumbline/shared/manifest';
import {
  canonicalBytes,
  createSeal,
  linePath,
  lineRole,
  sha256Hex,
  signMetadata,
  type Signer,
} from '@plumbline/shared/trust';
import { rotateKey } from '../ceremony/rotate.ts';
import { makeDevelopmentKeys } from '../development.ts';
import { firstRootSha256, readDocuments } from '../documents/read-documents.ts';
import type { KeyRole } from '../files/key-file.ts';
import { keyFileOf } from '../files/layout.ts';
import { readSigner } from '../files/open-key.ts';
import { builderKeysOf } from './builder-keys.ts';
import { verifyBundle } from './verify-bundle.ts';

const NOW = Date.UTC(2026, 0);
const DAY_MS = 86_400_000;
const model = new TextEncoder().encode('a model');
const manifest: Manifest = {
  kind: 'model',
  v: 1,
  line: 'delay',
  version: '1.0.0',
  variant: 'tree',
  algorithm: 'forest',
  target: 'late',
  inputs: [{ kind: 'tensor', name: 'image', dtype: 'float32', shape: [1, 4], column: 'pixels' }],
  output: { kind: 'classes', probabilities: 'p', classes: ['0', '1'], positive: '1' },
  model: { sha256: sha256Hex(model), sizeBytes: model.length },
  needs: { opsets: { 'ai.onnx': 17 }, operators: ['ai.onnx:Gemm'], derivations: [] },
  parts: { golden: 'absent', reference: 'absent', reasons: 'absent' },
};
const files: BundleFiles = { 'model.onnx': model, 'manifest.json': canonicalBytes(manifest) };
const digests = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Hex(bytes)]));

let parent: string;
let keys: string;
let bundle: Uint8Array;
let repository: string;

const signer = (role: KeyRole): Promise<Signer> => readSigner(join(keys, keyFileOf(role)));
const date = (days: number) => new Date(NOW + days * DAY_MS).toISOString().replace('.000Z', 'Z');
const common = { spec_version: '1.0.31', version: 1 };
const metaOf = (bytes: Uint8Array) => ({ version: 1, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } });

/** Publishes one release of these bytes as the server does, beside what the offline keys signed. */
async function publish(
  into: string,
  archive: Uint8Array,
  by: readonly KeyRole[] = ['builder', 'approver'],
): Promise<void> {
  await cp(join(keys, 'repository'), into, { recursive: true });
  const write = (name: string, bytes: Uint8Array) => writeFile(join(into, 'metadata', name), bytes);
  const path = linePath('delay', 3, 'tree');
  const hashes = { sha256: sha256Hex(archive) };
  const custom = { counter: 3, version: '1.0.0', variant: 'tree', profiles: [] };
  const line = await signMetadata(
    {
      _type: 'targets',
      ...common,
      expires: date(180),
      targets: { [path]: { length: archive.length, hashes, custom } },
    },
    await Promise.all(by.map(signer)),
  );
  const { targets } = await readDocuments(keys);
  const targetsBytes = await readFile(join(into, 'metadata', `${targets.version}.targets.json`));
  const role = `${lineRole('delay')}.json`;
  const meta = { 'targets.json': { ...metaOf(targetsBytes), version: targets.version }, [role]: metaOf(line) };
  const snapshot = await signMetadata({ _type: 'snapshot', ...common, expires: date(30), meta }, [
    await signer('snapshot'),
  ]);
  const timestamp = await signMetadata(
    { _type: 'timestamp', ...common, expires: date(3), meta: { 'snapshot.json': metaOf(snapshot) } },
    [await signer('timestamp')],
  );
  await write(`1.${role}`, line);
  await write('1.snapshot.json', snapshot);
  await write('timestamp.json', timestamp);
}

const ask = (archive: Uint8Array, folder = repository, nowMs = NOW, rootSha256?: string) =>
  verifyBundle(archive, { nowMs, repository: { folder, rootSha256 }, sealKeys: () => [] });

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
  keys = join(parent, 'keys');
  await makeDevelopmentKeys(keys, NOW);
  const seal = await createSeal('delay@1.0.0/tree', digests, await signer('builder'));
  bundle = packArchive({ ...files, 'model.sig': seal });
  repository = join(parent, 'published');
  await publish(repository, bundle);
});
afterAll(() => rm(parent, { recursive: true }));

describe('a bundle of a release in force', () => {
  it('is told by its hash, its sealer, its files, and who built and approved it', async () => {
    const [builder, approver] = [await signer('builder'), await signer('approver')];
    const verdict = await ask(bundle, repository, NOW, await firstRootSha256(keys));
    expect(verdict).toEqual({
      sha256: sha256Hex(bundle),
      bytes: bundle.length,
      line: 'delay',
      version: '1.0.0',
      variant: 'tree',
      files: ['manifest.json', 'model.onnx', 'model.sig'],
      sealedBy: builder.keyId,
      release: {
        path: 'models/delay/3/tree.plb',
        counter: 3,
        builtBy: [builder.keyId],
        approvedBy: [approver.keyId],
        root: { version: 1, development: true, pinned: true },
      },
    });
  });

  it('is told apart from one of a repository nobody pinned', async () => {
    expect((await ask(bundle)).release?.root.pinned).toBe(false);
    await expect(ask(bundle, repository, NOW, '0'.repeat(64))).rejects.toMatchObject({ code: 'wrong_root' });
  });

  it('is sealed all the same when no repository is asked', async () => {
    const verdict = await verifyBundle(bundle, { nowMs: NOW, sealKeys: await builderKeysOf(keys) });
    expect(verdict.sealedBy).toBe((await signer('builder')).keyId);
    expect(verdict.release).toBeUndefined();
  });

  it('stays one after root, timestamp and snapshot keys were replaced', async () => {
    const rotated = join(parent, 'rotated');
    const before = keys;
    keys = join(parent, 'keys-rotated');
    await cp(before, keys, { recursive: true });
    try {
      for (const role of ['timestamp', 'root', 'snapshot', 'targets', 'director'] as const) {
        await rotateKey({ folder: keys, nowMs: NOW }, role);
      }
      await publish(rotated, bundle);
      const verdict = await ask(bundle, rotated, NOW, await firstRootSha256(before));
      expect(verdict.release?.root.version).toBe(5);
    } finally {
      keys = before;
    }
  });
});

describe('a bundle is refused', () => {
  it('with any byte changed', async () => {
    for (let at = 0; at < bundle.length; at += 97) {
      const changed = Uint8Array.from(bundle);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const verdict = ask(changed);
      await expect(verdict).rejects.toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/) });
    }
  });

  it('without a seal, or sealed by somebody else', async () => {
    const sealKeys = await builderKeysOf(keys);
    const bare = verifyBundle(packArchive(files), { nowMs: NOW, sealKeys });
    await expect(bare).rejects.toMatchObject({ code: 'seal_invalid', field: 'model.sig' });
    const stranger = join(parent, 'stranger');
    await makeDevelopmentKeys(stranger, NOW);
    const other = verifyBundle(bundle, { nowMs: NOW, sealKeys: await builderKeysOf(stranger) });
    await expect(other).rejects.toMatchObject({ code: 'seal_invalid' });
  });

  it('when there is no key to judge the seal by', async () => {
    const verdict = verifyBundle(bundle, { nowMs: NOW, sealKeys: await builderKeysOf(join(parent, 'none')) });
    await expect(verdict).rejects.toMatchObject({ code: 'seal_key_unknown', kind: 'refused' });
  });

  it('when other bytes are the release', async () => {
    const folder = join(parent, 'other-release');
    await publish(folder, new Uint8Array([...bundle, 0]));
    await expect(ask(bundle, folder)).rejects.toMatchObject({ code: 'not_in_release' });
  });

  it('when the timestamp is stale', async () => {
    await expect(ask(bundle, repository, NOW + 4 * DAY_MS)).rejects.toMatchObject({ code: 'stale' });
  });

  describe('by a repository', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(parent, 'broken-'));
    });

    it.each([
      ['that the builder signed alone', ['builder']],
      ['that the approver signed alone', ['approver']],
      ['that the director signed', ['builder', 'director']],
    ] as const)('%s', async (_what, by) => {
      await publish(folder, bundle, by);
      await expect(ask(bundle, folder)).rejects.toMatchObject({ code: 'below_threshold' });
    });

    it('that lacks a document', async () => {
      await publish(folder, bundle);
      const names = (await readdir(join(folder, 'metadata'))).filter((name) => !name.endsWith('root.json'));
      for (const name of names) {
        const whole = await readFile(join(folder, 'metadata', name));
        await rm(join(folder, 'metadata', name));
        await expect(ask(bundle, folder)).rejects.toMatchObject({ code: 'role_missing' });
        await writeFile(join(folder, 'metadata', name), whole);
      }
      expect((await ask(bundle, folder)).release?.counter).toBe(3);
    });

    it('that is none', async () => {
      await mkdir(join(folder, 'metadata'));
      await expect(ask(bundle, folder)).rejects.toMatchObject({ code: 'keys_missing', field: '--repository' });
    });
  });
});
