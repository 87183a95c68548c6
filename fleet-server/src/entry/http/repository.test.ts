import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineRole, signedBytes, toBase64, toHex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { addLineTo } from '../../supply/keys/index.ts';
import { findPending, submitForApproval } from '../../supply/models/index.ts';
import { metadataInForce } from '../../supply/repository/index.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import { createHttpApp, type App } from './index.ts';
import { checkedAnswers } from '../testing/checked-answers.ts';

const lab = createModelLab();
let small: SmallFleet;
let app: App;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  app = checkedAnswers(createHttpApp(small.fleet));
});
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

async function call(path: string, body?: unknown, token = small.fleet.operatorToken) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await app.request(path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('documents of the offline keys by POST', () => {
  it('are taken in all or nothing, from an operator only', async () => {
    const offline = join(small.folder, 'offline-host');
    await cp(small.keysFolder, offline, { recursive: true });
    await addLineTo({ folder: offline, nowMs: small.clock.now(), protect: false }, 'cost');
    const targets = toBase64(new Uint8Array(await readFile(join(offline, 'repository/metadata/2.targets.json'))));
    expect(await call('/api/v1/repository', { targets: [targets] }, 'somebody')).toMatchObject({ status: 401 });
    expect(await call('/api/v1/repository', { targets: ['bm90IGpzb24='] })).toMatchObject({
      status: 422,
      body: { code: 'document_malformed' },
    });
    expect(await call('/api/v1/repository', { targets: [targets], keys: [] })).toMatchObject({ status: 400 });
    expect(await call('/api/v1/repository', { targets: [targets] })).toEqual({
      status: 200,
      body: { roots: [], targets: 2 },
    });
    expect((await metadataInForce(small.fleet.database.db, 'targets')).version).toBe(2);
  });
});

describe('approvals', () => {
  it('list the draft, and take a signature that a browser made over it', async () => {
    const { document } = await submitForApproval(small.fleet, 'user:ana', await small.model('delay'));
    const { body } = await call('/api/v1/approvals');
    expect(body).toMatchObject({ approvals: [{ kind: 'release', line: 'delay', version: '1.0.0', document: 1 }] });
    const { bytes } = (await findPending(small.fleet.database.db, 'delay', document))!;
    const sig = toHex(await small.approver.sign(signedBytes(bytes, lineRole('delay'))));
    const approval = { line: 'delay', document, actor: 'ben' };
    const wrong = { ...approval, signature: { keyid: 'no key', sig } };
    expect(await call('/api/v1/approvals', wrong)).toMatchObject({ status: 400, body: { code: 'body_malformed' } });
    const signature = { keyid: small.approver.keyId, sig };
    expect(await call('/api/v1/approvals', { ...approval, signature })).toEqual({
      status: 200,
      body: { kind: 'release', line: 'delay', version: '1.0.0', document: 1 },
    });
    expect(await call('/api/v1/approvals')).toMatchObject({ body: { approvals: [] } });
  });
});
