import {
  approverProofBytes,
  createSigner,
  lineRole,
  signatureBy,
  signedBytes,
  type LocalSigner,
} from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list } from '../../../platform/audit/index.ts';
import { registerApprover } from '../../../supply/keys/index.ts';
import { findPending, getModel, submitForApproval } from '../../../supply/models/index.ts';
import { importRepository } from '../../../supply/repository/index.ts';
import { createPeople, type Browser, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const lab = createModelLab();
let small: SmallFleet;
let people: People;
let [ana, bo]: Browser[] = [];
const keys: Record<string, LocalSigner> = {
  ana: createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(1) }),
  bo: createSigner({ type: 'p256', secret: new Uint8Array(32).fill(2) }),
};
const keyOf = (name: string): LocalSigner => keys[name] ?? keys['bo']!;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  const { fleet, keysFolder, clock } = small;
  people = createPeople(createHttpApp(fleet), fleet.operatorToken);
  ana = await people.person('ana', 'approver');
  bo = await people.person('bo', 'approver');
  for (const { publicKey } of Object.values(keys)) {
    await registerApprover({ folder: keysFolder, nowMs: clock.now(), protect: false }, 'delay', publicKey);
  }
  await importRepository(fleet, 'system', keysFolder);
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

/** What the browser of somebody sends to put its key down as theirs. */
async function keyFor(name: string, user = name) {
  const signer = keyOf(name);
  const { sig } = await signatureBy(signer, approverProofBytes(user, signer.keyId));
  return { label: 'the laptop', publicKey: signer.publicKey, proof: sig };
}

async function signed(document: number, name: string) {
  const { bytes } = (await findPending(small.fleet.database.db, 'delay', document))!;
  const signature = await signatureBy(keyOf(name), signedBytes(bytes, lineRole('delay')));
  return { line: 'delay', document, actor: name, signature };
}

describe('a key of an approver', () => {
  it('is put down as somebody’s own by a signature of it, and as nobody else’s', async () => {
    const stolen = await people.refusal('POST', '/approver-keys', { as: bo, body: await keyFor('ana') });
    expect(stolen).toMatchObject({ status: 422, code: 'approver_key_unproven', field: 'proof' });
    const kept = await people.json('POST', '/approver-keys', { as: ana, body: await keyFor('ana') });
    expect(kept).toMatchObject({ user: 'ana', keyId: keyOf('ana').keyId, removedAt: null });
    const taken = await people.refusal('POST', '/approver-keys', { as: bo, body: await keyFor('ana', 'bo') });
    expect(taken).toMatchObject({ status: 409, code: 'approver_key_taken' });
    await people.json('POST', '/approver-keys', { as: bo, body: await keyFor('bo') });
    const { keys: all } = await people.json<{ keys: object[] }>('GET', '/approver-keys', { as: bo });
    expect(all).toMatchObject([{ user: 'ana' }, { user: 'bo', publicKey: { type: 'p256' } }]);
  });

  it('is of a person, not of whoever holds the state folder', async () => {
    const body = await keyFor('bo', 'operator');
    const owner = await people.refusal('POST', '/approver-keys', { as: small.fleet.operatorToken, body });
    expect(owner).toMatchObject({ code: 'approver_key_without_user' });
  });
});

/** Row 55: in person, and by key. */
describe('an author', () => {
  let document: number;
  beforeAll(async () => {
    ({ document } = await submitForApproval(small.fleet, 'user:ana', await small.model('delay')));
  });

  it.each<[how: string, brings: () => Browser | string | undefined, key: string, code: string]>([
    ['signs and brings it', () => ana, 'ana', 'approver_is_author'],
    ['brings what another has signed', () => ana, 'bo', 'approver_key_of_another'],
    ['signs, and another brings it', () => bo, 'ana', 'approver_key_of_another'],
    [
      'signs, and brings it with the token of the state folder',
      () => small.fleet.operatorToken,
      'ana',
      'approver_is_author',
    ],
  ])('who %s approves nothing of their own', async (_, brings, key, code) => {
    const refusal = await people.refusal('POST', '/approvals', { as: brings(), body: await signed(document, key) });
    expect(refusal).toMatchObject({ status: 403, code });
  });

  it('who gives the key up still is who signed with it', async () => {
    await people.json('DELETE', `/approver-keys/${keyOf('ana').keyId}`, { as: ana });
    const body = await signed(document, 'ana');
    const refusal = await people.refusal('POST', '/approvals', { as: small.fleet.operatorToken, body });
    expect(refusal).toMatchObject({ code: 'approver_is_author' });
    const again = await people.refusal('POST', '/approver-keys', { as: ana, body: await keyFor('ana') });
    expect(again).toMatchObject({ code: 'approver_key_taken' });
  });

  it('is told apart from another approver, who signs with a key of their own', async () => {
    const waits = await people.json('GET', `/approvals/delay/${document}`, { as: bo });
    expect(waits).toMatchObject({ kind: 'release', version: '1.0.0', submittedBy: 'user:ana' });
    await people.json('POST', '/approvals', { as: bo, body: await signed(document, 'bo') });
    const { db } = small.fleet.database;
    expect((await getModel(db, 'delay', '1.0.0')).state).toBe('published');
    const { rows } = await list(db, { subject: 'model:delay@1.0.0' });
    expect(rows.find(({ action }) => action === 'models.approve')?.actor).toBe('user:bo');
    const gone = await people.refusal('GET', `/approvals/delay/${document}`, { as: bo });
    expect(gone).toMatchObject({ status: 404, code: 'model_not_awaiting_approval' });
  });
});
