import type { AssignmentDocument } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createBeliever, type BelieverInput } from '../testing/believer.ts';
import {
  FLEET,
  ISSUED,
  mintAssignment,
  mintRelease,
  mintRepository,
  reissue,
  type RepositoryInput,
} from '../testing/mint.ts';

const HOUR_MS = 3_600_000;
const RELEASE = await mintRelease({ counter: 5 });
const REPOSITORY = await mintRepository({ releases: [RELEASE] });
const ASSIGNMENT = await mintAssignment(1, [RELEASE]);

describe('an assignment', () => {
  it('becomes targets once both questions have one answer, and is obeyed once', async () => {
    const { tell, beliefs } = await createBeliever();
    const learned = await tell(ASSIGNMENT, REPOSITORY);
    expect(learned?.declined).toEqual([]);
    expect(learned?.targets).toMatchObject([{ ...RELEASE.assigned, seq: 1, version: '1.0.0' }]);
    expect(beliefs.targets()).toEqual(learned?.targets);
    expect(await tell(ASSIGNMENT, REPOSITORY)).toBeUndefined();
  });

  const { director, builder, timestamp, stranger } = FLEET;
  it.each<[string, Parameters<typeof mintAssignment>[2], string]>([
    ['for another device', { device: 'gateway-2' }, 'wrong_device'],
    ['for another site', { site: 'site-2' }, 'wrong_site'],
    ['signed by an unknown key', { signers: [stranger] }, 'key_unknown'],
    ['signed by a builder instead of the director', { signers: [builder] }, 'key_unknown'],
    ['signed by the timestamp key', { signers: [timestamp] }, 'key_unknown'],
    ['not signed', { signers: [] }, 'key_unknown'],
    ['long expired', { expires: Date.UTC(2020, 0, 1) }, 'expired'],
  ])('is refused %s, and nothing of it is remembered', async (_what, change, code) => {
    const { tell, beliefs } = await createBeliever();
    await expect(tell(await mintAssignment(1, [RELEASE], change), REPOSITORY)).rejects.toMatchObject({ code });
    expect(beliefs.seq()).toBe(0);
    expect(beliefs.targets()).toEqual([]);
  });

  it('is refused when its bytes are not canonical', async () => {
    const { tell } = await createBeliever();
    const padded = new Uint8Array([...ASSIGNMENT, 32]);
    await expect(tell(padded, REPOSITORY)).rejects.toMatchObject({ code: 'not_canonical' });
  });

  it('is refused when its number was used or passed, also after a restart', async () => {
    const before = await createBeliever();
    await before.tell(await mintAssignment(7, [RELEASE]), REPOSITORY);
    const { tell, beliefs } = await before.restart();
    expect(beliefs.seq()).toBe(7);
    for (const seq of [7, 6]) {
      const replayed = await mintAssignment(seq, [RELEASE], { nonce: 'another-nonce' });
      await expect(tell(replayed, REPOSITORY)).rejects.toMatchObject({ code: 'rollback' });
    }
    expect((await tell(await mintAssignment(8, [RELEASE]), REPOSITORY))?.targets).toHaveLength(1);
  });

  it('is looked at again when the metadata behind it are newer', async () => {
    const { tell } = await createBeliever();
    const before = await tell(ASSIGNMENT, await mintRepository());
    expect(before?.declined).toMatchObject([{ reason: 'not_in_release' }]);
    const later = await mintRepository({ releases: [RELEASE], version: 2 });
    expect((await tell(ASSIGNMENT, later))?.targets).toHaveLength(1);
  });

  it('carries settings within the bounds of the profile only', async () => {
    const { tell, beliefs } = await createBeliever();
    const settings: AssignmentDocument['settings'] = { proveRecords: 1_000_000, outboxBytes: 1, trialTimeoutMs: 5 };
    await tell(await mintAssignment(1, [], { settings }), REPOSITORY);
    expect(beliefs.settings()).toEqual({ proveRecords: 1000, outboxBytes: 1000 });
  });

  it.each([
    ['issued a day and an hour ahead of signed time', { issued: ISSUED + 25 * HOUR_MS }],
    ['whose time floor is later than itself', { timeFloor: ISSUED + HOUR_MS }],
    ['whose number leaps', { seq: 2 ** 53 - 1 }],
  ])('is refused %s', async (_what, change) => {
    const { tell, beliefs } = await createBeliever();
    const refused = tell(await mintAssignment(1, [RELEASE], { signers: [director], ...change }), REPOSITORY);
    await expect(refused).rejects.toMatchObject({ kind: 'refused' });
    expect(beliefs.seq()).toBe(0);
  });
});

describe('an assigned model', () => {
  const { builder, approver, stranger, snapshot } = FLEET;
  it.each<[string, RepositoryInput['line'], string, string]>([
    ['without an approver', { signers: [builder] }, 'bad_signature', 'below_threshold'],
    ['without a builder', { signers: [approver] }, 'bad_signature', 'below_threshold'],
    ['approved by a stranger', { signers: [builder, stranger] }, 'bad_signature', 'below_threshold'],
    ['signed twice by the builder', { signers: [builder, builder] }, 'bad_signature', 'document_malformed'],
    ['signed by online keys', { signers: [snapshot, FLEET.timestamp] }, 'bad_signature', 'below_threshold'],
    ['whose papers are old', { signed: { expires: '2020-01-01T00:00:00Z' } }, 'stale_metadata', 'stale'],
  ])('is declined %s', async (_what, line, reason, code) => {
    const { tell } = await createBeliever();
    const repository = await mintRepository({
      releases: [RELEASE],
      line: { signers: [builder, approver], ...line },
    });
    const learned = await tell(ASSIGNMENT, repository);
    expect(learned?.targets).toEqual([]);
    expect(learned?.declined).toMatchObject([{ reason, detail: expect.stringContaining(code) }]);
  });

  it.each<[string, BelieverInput, Partial<AssignmentDocument>, NonNullable<RepositoryInput['fleet']>]>([
    ['what has run here', { ran: 6 }, {}, {}],
    ['the floor of the fleet', {}, {}, { floors: { delay: 6 } }],
    ['the floor of the assignment', {}, { floors: { delay: 6 } }, {}],
  ])('is declined with a counter below %s', async (_what, input, change, fleet) => {
    const { tell } = await createBeliever(input);
    const releases = [RELEASE, reissue(RELEASE, 6)];
    const learned = await tell(await mintAssignment(1, [RELEASE], change), await mintRepository({ releases, fleet }));
    expect(learned?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it('is declined under a floor that an earlier assignment has raised', async () => {
    const { tell } = await createBeliever();
    const repository = await mintRepository({ releases: [RELEASE, reissue(RELEASE, 6)] });
    await tell(await mintAssignment(1, [reissue(RELEASE, 6)], { floors: { delay: 6 } }), repository);
    const learned = await tell(await mintAssignment(2, [RELEASE]), repository);
    expect(learned?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it('is declined for bytes that are no release, and for another class of device, before anything is fetched', async () => {
    const other = await mintRelease({ counter: 5, profiles: ['other-board'] });
    const { tell, server } = await createBeliever();
    const noRelease = await tell(await mintAssignment(1, [reissue(RELEASE, 9)]), REPOSITORY);
    expect(noRelease?.declined).toMatchObject([{ reason: 'not_in_release' }]);
    const released = await mintRepository({ releases: [other], version: 2 });
    const wrongBoard = await tell(await mintAssignment(2, [other]), released);
    expect(wrongBoard?.declined).toMatchObject([{ reason: 'not_in_release' }]);
    expect(server.served).toEqual([]);
  });

  it('does not hold up another line', async () => {
    const iris = await mintRelease({ line: 'iris' });
    const { tell } = await createBeliever();
    const repository = await mintRepository({ releases: [iris], lines: ['delay', 'iris'] });
    const learned = await tell(await mintAssignment(1, [RELEASE, iris]), repository);
    expect(learned?.targets).toMatchObject([{ model: 'iris' }]);
    expect(learned?.declined).toMatchObject([{ target: { model: 'delay' } }]);
  });

  it('of a line that nobody delegated is declined', async () => {
    const maple = await mintRelease({ line: 'maple' });
    const { tell } = await createBeliever();
    const learned = await tell(await mintAssignment(1, [maple]), REPOSITORY);
    expect(learned?.declined).toMatchObject([{ detail: expect.stringContaining('line_not_delegated') }]);
  });

  it('goes back by its return ticket with every key but the director absent', async () => {
    const newer = await mintRelease({ counter: 6, version: '1.0.1' });
    const ticket = reissue(RELEASE, 7);
    const { tell, server } = await createBeliever({ ran: 6 });
    const repository = await mintRepository({ releases: [RELEASE, newer, ticket] });
    await tell(await mintAssignment(1, [newer]), repository);
    const fetched = server.documents.length;
    const learned = await tell(await mintAssignment(2, [ticket]), repository);
    expect(learned?.targets).toMatchObject([{ sha256: RELEASE.assigned.sha256, releaseCounter: 7 }]);
    // Everything but the question for a newer root was held already.
    expect(server.documents).toHaveLength(fetched);
  });
});
