import { createSigner, type AssignmentDocument } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { pinnedRootOf } from '../identity.ts';
import { createBeliever } from '../testing/believer.ts';
import {
  FLEET,
  ISSUED,
  mintAssignment,
  mintIdentity,
  mintRelease,
  mintRepository,
  reissue,
  type RepositoryInput,
} from '../testing/mint.ts';
import { openGenerations } from './generations.ts';

const HOUR_MS = 3_600_000;
const OLD = await mintRelease({ counter: 1 });
const NEW = await mintRelease({ counter: 2, version: '1.0.1' });
const FORGED = await mintRelease({ counter: 3, version: '1.0.2' });
const REPOSITORY = await mintRepository({ releases: [OLD, NEW] });
const { director, builder, approver, snapshot, timestamp } = FLEET;

/** A device that runs the new release. */
async function settled() {
  const believer = await createBeliever({ ran: 2 });
  await believer.tell(await mintAssignment(1, [NEW]), REPOSITORY);
  return believer;
}

describe('a stolen director key', () => {
  it('cannot order an old release that is still listed', async () => {
    const { tell } = await settled();
    expect((await tell(await mintAssignment(2, [OLD]), REPOSITORY))?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it('cannot order bytes that are no release', async () => {
    const { tell, server } = await settled();
    server.offer(FORGED);
    const learned = await tell(await mintAssignment(2, [FORGED]), REPOSITORY);
    expect(learned?.targets).toEqual([]);
    expect(learned?.declined).toMatchObject([{ reason: 'not_in_release' }]);
    expect(server.served).toEqual([]);
  });

  it.each<[string, (model: AssignmentDocument['models'][0]) => Partial<AssignmentDocument['models'][0]>, string]>([
    ['another length', ({ length }) => ({ length: length + 1 }), 'bad_length'],
    ['another hash', () => ({ sha256: FORGED.assigned.sha256 }), 'bad_hash'],
    ['another counter', () => ({ releaseCounter: 7 }), 'not_in_release'],
  ])('cannot give a release %s', async (_what, change, reason) => {
    const { tell } = await settled();
    const models = [{ ...NEW.assigned, ...change(NEW.assigned) }];
    const learned = await tell(await mintAssignment(2, [], { models }), REPOSITORY);
    expect(learned?.declined).toMatchObject([{ reason }]);
  });

  it.each<[string, Partial<AssignmentDocument>]>([
    ['its number', { seq: 2 ** 53 - 1 }],
    ['its time floor', { timeFloor: Date.UTC(9999, 0, 1), issued: Date.UTC(9999, 0, 1) }],
    ['the floor of a line', { floors: { delay: 2 ** 53 - 1 } }],
  ])('is bounded at once in what it says of %s', async (_what, change) => {
    const { tell, beliefs } = await settled();
    await tell(await mintAssignment(2, [NEW], change), REPOSITORY).catch(() => undefined);
    // The rightful owner of the key goes on as if nothing had been said.
    const ticket = reissue(OLD, 3);
    const repository = await mintRepository({ releases: [OLD, NEW, ticket], version: 2 });
    const learned = await tell(await mintAssignment(1000, [ticket]), repository);
    expect(learned?.targets).toMatchObject([{ releaseCounter: 3 }]);
    expect(beliefs.now()).toBeLessThanOrEqual(ISSUED + 24 * HOUR_MS);
  });

  it('cannot switch the soak off below the bounds of the profile', async () => {
    const { tell, beliefs } = await settled();
    const settings = { outboxBytes: 1, windowMs: 1 };
    await tell(await mintAssignment(2, [NEW], { settings }), REPOSITORY);
    expect(beliefs.settings()).toEqual({ outboxBytes: 1000, windowMs: 1000 });
  });

  it('loses its hold when `trust/fleet.json` names another, whose floors and numbers begin anew', async () => {
    const believer = await settled();
    // As far as the rules let a thief go, step by step.
    for (const seq of [1 << 20, 2 << 20]) {
      const change = { floors: { delay: 2 }, issued: ISSUED + 20 * HOUR_MS, timeFloor: ISSUED + 20 * HOUR_MS };
      await believer.tell(await mintAssignment(seq, [], change), REPOSITORY);
    }
    const heir = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(70) });
    const ticket = reissue(OLD, 3);
    const fleet: RepositoryInput['fleet'] = { version: 2, directors: [heir.publicKey], floors: { delay: 1 } };
    const input = { releases: [OLD, NEW, ticket], version: 2, fleet, targets: { signed: { version: 2 } } };
    const replaced = await mintRepository(input);
    const orders = await mintAssignment(3 << 20, [NEW], { signers: [director] });
    await expect(believer.tell(orders, replaced)).rejects.toMatchObject({ code: 'key_unknown' });
    const learned = await believer.tell(await mintAssignment(1, [ticket], { signers: [heir] }), replaced);
    expect(learned?.targets).toMatchObject([{ releaseCounter: 3, seq: 1 }]);
    expect(believer.beliefs.view().fleet).toBe(2);
    const { last } = await openGenerations(believer.store, pinnedRootOf(await mintIdentity()));
    expect(Object.keys(last.directors)).toEqual([heir.keyId]);
    expect((await believer.restart()).beliefs.seq()).toBe(1);
  });
});

describe('a thief of the whole server', () => {
  /** Everything he can sign: snapshot, timestamp, director, builder; and keys of his own. */
  const thief = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(80) });
  const everything = [builder, director, snapshot, timestamp, thief];
  const delegated = {
    delegations: {
      keys: {},
      roles: [{ name: 'line-delay', keyids: [], threshold: 1, terminating: true, paths: ['models/delay/*/*'] }],
    },
  };

  it.each<[string, RepositoryInput]>([
    ['a line by builder alone', { line: { signers: [builder] } }],
    ['a line by every online key', { line: { signers: everything } }],
    ['a line with the signature of the approver for another one', { line: { signers: [builder, builder, thief] } }],
    ['targets that delegate to him', { targets: { signers: everything, signed: { version: 2, ...delegated } } }],
    [
      'a fleet with his director',
      { fleet: { version: 2, directors: [thief.publicKey] }, targets: { signers: everything, signed: { version: 2 } } },
    ],
  ])('installs nothing new with %s', async (_what, change) => {
    const believer = await settled();
    const before = believer.beliefs.targets();
    believer.server.offer(FORGED);
    const repository = await mintRepository({ releases: [OLD, NEW, FORGED], version: 2, ...change });
    for (const signers of [[director], [thief]]) {
      const learned = await believer
        .tell(await mintAssignment(2, [FORGED], { signers }), repository)
        .catch(() => undefined);
      expect(learned?.targets ?? []).toEqual([]);
    }
    expect(believer.server.served).toEqual([]);
    expect(before).toMatchObject([{ sha256: NEW.assigned.sha256 }]);
  });

  it('is stopped by nothing but a second key: builder and approver together release', async () => {
    const believer = await settled();
    const repository = await mintRepository({
      releases: [OLD, NEW, FORGED],
      version: 2,
      line: { signers: [builder, approver] },
    });
    const learned = await believer.tell(await mintAssignment(2, [FORGED]), repository);
    expect(learned?.targets).toMatchObject([{ sha256: FORGED.assigned.sha256 }]);
  });
});
