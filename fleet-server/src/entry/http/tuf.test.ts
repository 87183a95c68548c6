import { addMetadataSignatures, FLEET_PATH, lineRole, readLine, sha256Hex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { approveModel, findPending, lineInForce, submitForApproval } from '../../supply/models/index.ts';
import { metadataByVersion, metadataInForce } from '../../supply/repository/index.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import { createHttpApp, type App } from './index.ts';

const lab = createModelLab();
let small: SmallFleet;
let app: App;
let target: { path: string; sha256: string };

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  const { fleet } = small;
  app = createHttpApp(fleet);
  const { document } = await submitForApproval(fleet, 'user:ana', await small.model('delay'));
  const { bytes } = (await findPending(fleet.database.db, 'delay', document))!;
  const signature = { bytes: await addMetadataSignatures(bytes, [small.approver], lineRole('delay')) };
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature });
  const [path, { hashes }] = Object.entries(readLine(bytes, 'delay').targets)[0]!;
  target = { path, sha256: hashes.sha256 };
});
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

const get = (path: string) => app.request(path);
const caching = async (path: string) => (await get(path)).headers.get('cache-control');
async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return new Uint8Array(await response.arrayBuffer());
}

describe('the repository over HTTP', () => {
  it('gives every document by version, and the timestamp by name, without a token', async () => {
    const { db } = small.fleet.database;
    for (const role of ['root', 'targets', 'snapshot'] as const) {
      const { version, bytes } = await metadataInForce(db, role);
      expect(await bytesOf(`/tuf/metadata/${version}.${role}.json`)).toEqual(bytes);
    }
    expect(await bytesOf('/tuf/metadata/1.snapshot.json')).toEqual((await metadataByVersion(db, 'snapshot', 1))!.bytes);
    expect(await bytesOf('/tuf/metadata/1.line-delay.json')).toEqual((await lineInForce(db, 'delay'))!.bytes);
    expect(await bytesOf('/tuf/metadata/timestamp.json')).toEqual((await metadataInForce(db, 'timestamp')).bytes);
  });

  it('gives targets by their hash, and nothing under another line or name', async () => {
    const [, line, counter] = target.path.split('/');
    const at = (of: string, variant: string) => `/tuf/targets/models/${of}/${counter}/${target.sha256}.${variant}.plb`;
    expect(sha256Hex(await bytesOf(at(line!, 'plain')))).toBe(target.sha256);
    expect((await get(at('iris', 'plain'))).status).toBe(404);
    expect((await get(at(line!, 'other'))).status).toBe(404);
    const { signed } = await metadataInForce(small.fleet.database.db, 'targets');
    const fleet = signed.targets[FLEET_PATH]!.hashes['sha256']!;
    expect(sha256Hex(await bytesOf(`/tuf/targets/trust/${fleet}.fleet.json`))).toBe(fleet);
    expect((await get(`/tuf/targets/trust/${target.sha256}.fleet.json`)).status).toBe(404);
  });

  it('lets caches keep what never changes, and ask again for the timestamp', async () => {
    expect(await caching('/tuf/metadata/1.root.json')).toBe('public, max-age=31536000, immutable');
    expect(await caching('/tuf/metadata/timestamp.json')).toBe('no-cache');
  });

  it.each([
    '/tuf/metadata/2.root.json',
    '/tuf/metadata/01.root.json',
    '/tuf/metadata/1e0.root.json',
    '/tuf/metadata/root.json',
    '/tuf/metadata/1.timestamp.json',
    '/tuf/metadata/1.fleet.json',
    '/tuf/metadata/1.line-delay.json/',
    '/tuf/metadata/1.line-..json',
    '/tuf/metadata/1.line-%64elay.json',
    '/tuf/metadata/../metadata/../../etc/passwd',
    '/tuf/metadata/%2e%2e%2foperator.token',
    '/tuf/metadata/1.root.json%00',
    `/tuf/metadata/1.line-${'a'.repeat(4096)}.json`,
    '/tuf/metadata/9007199254740993.root.json',
    '/tuf/targets/trust/fleet.json',
    '/tuf/targets/models/delay/1/plain.plb',
    `/tuf/targets/models/delay/1/${'0'.repeat(64)}.plain.plb`,
    `/tuf/targets/models/%2e%2e/1/${'0'.repeat(64)}.plain.plb`,
    `/tuf/targets/${'0'.repeat(64)}`,
  ])('has nothing at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'no_such_route' });
  });
});
