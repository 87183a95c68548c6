import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { unpackArchive } from '@plumbline/shared/manifest';
import { addMetadataSignatures, FLEET_PATH, lineRole, sha256Hex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp } from '../../fleet-server/src/entry/http/index.ts';
import { serveApp } from '../../fleet-server/src/entry/testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../fleet-server/src/entry/testing/small-fleet.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';
import { rotateKey } from '../../fleet-server/src/supply/keys/index.ts';
import { approveModel, findPending, getModel, submitForApproval } from '../../fleet-server/src/supply/models/index.ts';
import { importRepository, metadataByVersion } from '../../fleet-server/src/supply/repository/index.ts';

/** tuf-js looks at the clock of the machine. */
const NOW = Date.now();
const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-stock-'));
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: NOW });
  http = await serveApp(createHttpApp(small.fleet));
  await release(0);
});
afterAll(async () => {
  await http.close();
  await small[Symbol.asyncDispose]();
  await lab.close();
  await rm(folder, { recursive: true });
});

async function release(bias: number): Promise<string> {
  const { fleet, approver } = small;
  const model = await small.model('delay', { origin: 'imported' }, bias);
  const { document, version } = await submitForApproval(fleet, 'user:ana', model);
  const { bytes } = (await findPending(fleet.database.db, 'delay', document))!;
  const signature = { bytes: await addMetadataSignatures(bytes, [approver], lineRole('delay')) };
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature });
  return version;
}

/** A stock client that was given the first root, as anybody would be. */
async function stockClient(name: string): Promise<Updater> {
  const metadataDir = join(folder, name, 'metadata');
  const targetDir = join(folder, name, 'targets');
  await mkdir(metadataDir, { recursive: true });
  await mkdir(targetDir);
  const root = await metadataByVersion(small.fleet.database.db, 'root', 1);
  await writeFile(join(metadataDir, 'root.json'), root!.bytes);
  return again(name);
}

const again = (name: string) =>
  new Updater({
    metadataDir: join(folder, name, 'metadata'),
    targetDir: join(folder, name, 'targets'),
    metadataBaseUrl: `${http.url}/tuf/metadata`,
    targetBaseUrl: `${http.url}/tuf/targets`,
    config: { fetchRetries: 0 },
  });

async function fetchTarget(client: Updater, path: string): Promise<Uint8Array> {
  const target = await client.getTargetInfo(path);
  if (target === undefined) throw new Error(`${path}: not listed`);
  return new Uint8Array(await readFile(await client.downloadTarget(target)));
}

describe('tuf-js, as it comes from its makers', () => {
  it('updates from our repository and fetches a bundle, which opens', async () => {
    const client = await stockClient('first');
    await client.refresh();
    const bundle = await fetchTarget(client, 'models/delay/1/plain.plb');
    const { variants } = await getModel(small.fleet.database.db, 'delay', '1.0.0');
    expect(sha256Hex(bundle)).toBe(variants[0]?.archive);
    expect(Object.keys(unpackArchive(bundle))).toContain('model.onnx');
    expect(await client.getTargetInfo('models/delay/9/plain.plb')).toBeUndefined();
  });

  it('fetches trust/fleet.json, which names the director', async () => {
    const fleet = await fetchTarget(await stockClient('fleet'), FLEET_PATH);
    expect(JSON.parse(new TextDecoder().decode(fleet))).toMatchObject({
      directors: [small.fleet.desk.director.publicKey],
    });
  });

  it('follows a release, a rotated root and a return ticket', async () => {
    const name = 'later';
    await (await stockClient(name)).refresh();
    await release(1);
    await rotateKey({ folder: small.keysFolder, nowMs: NOW, protect: false }, 'root');
    expect(await importRepository(small.fleet, 'system', small.keysFolder)).toMatchObject({ roots: [2] });
    const client = again(name);
    await client.refresh();
    const [first, ticket] = [await fetchTarget(client, 'models/delay/1/plain.plb'), 'models/delay/4/plain.plb'];
    expect(await fetchTarget(client, ticket)).toEqual(first);
    expect(await fetchTarget(client, 'models/delay/3/plain.plb')).not.toEqual(first);
    const root = JSON.parse(await readFile(join(folder, name, 'metadata/root.json'), 'utf8')) as object;
    expect(root).toMatchObject({ signed: { version: 2 } });
  });
});
