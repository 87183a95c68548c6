import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import type { AssignmentDocument } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { rootOf } from '../identity.ts';
import { createMemoryStore, type MemoryStore } from '../testing/memory-store.ts';
import {
  DEVICE,
  FLEET,
  mintAssignment,
  mintIdentity,
  mintLine,
  mintRelease,
  PROFILE,
  reissue,
  SITE,
} from '../testing/mint.ts';
import { createDesired } from './desired.ts';

const RELEASE = mintRelease({ counter: 5 });
const LINES = [mintLine([RELEASE])];

async function open({ store = createMemoryStore(), ran = 0 }: { store?: MemoryStore; ran?: number } = {}) {
  const clock = createVirtualClock();
  const desired = await createDesired({
    store,
    clock,
    crypto: createMemoryCrypto(createSeededRandom(1)),
    identity: { site: SITE, device: DEVICE },
    root: rootOf(mintIdentity()),
    profile: PROFILE,
    ranCounter: () => ran,
  });
  return { store, clock, desired };
}

const expiredLong = Date.UTC(2020, 0, 1);

describe('an assignment', () => {
  it('becomes targets once trust has agreed, and is obeyed once', async () => {
    const { desired } = await open();
    const message = { assignment: mintAssignment(1, [RELEASE]), lines: LINES };
    const accepted = await desired.accept(message);
    expect(accepted?.declined).toEqual([]);
    expect(accepted?.targets).toMatchObject([{ ...RELEASE.assigned, seq: 1, version: '1.0.0' }]);
    expect(await desired.accept(message)).toBeUndefined();
  });

  it.each<[string, Uint8Array, string]>([
    ['for another device', mintAssignment(1, [RELEASE], { device: 'gateway-2' }), 'wrong_device'],
    ['for another site', mintAssignment(1, [RELEASE], { site: 'site-2' }), 'wrong_site'],
    ['signed by an unknown key', mintAssignment(1, [RELEASE], { signers: [FLEET.stranger] }), 'key_unknown'],
    [
      'signed by a builder instead of the director',
      mintAssignment(1, [RELEASE], { signers: [FLEET.builder] }),
      'key_unknown',
    ],
    ['not signed', mintAssignment(1, [RELEASE], { signers: [] }), 'signature_missing'],
    ['long expired', mintAssignment(1, [RELEASE], { expires: expiredLong }), 'expired'],
    ['that is not canonical JSON', new Uint8Array([...mintAssignment(1, [RELEASE]), 32]), 'not_canonical'],
  ])('is refused %s, and nothing is remembered', async (_what, assignment, code) => {
    const { desired, store } = await open();
    await expect(desired.accept({ assignment, lines: LINES })).rejects.toMatchObject({ code });
    expect(store.keys()).toEqual([]);
  });

  it('is refused when its number was used or passed, also after a restart', async () => {
    const { desired, store } = await open();
    await desired.accept({ assignment: mintAssignment(7, [RELEASE]), lines: LINES });
    const { desired: reopened } = await open({ store: store.crash() });
    expect(reopened.seq()).toBe(7);
    for (const seq of [7, 6]) {
      const replayed = mintAssignment(seq, [RELEASE], { nonce: 'another-nonce' });
      await expect(reopened.accept({ assignment: replayed, lines: LINES })).rejects.toMatchObject({ code: 'rollback' });
    }
    expect((await reopened.accept({ assignment: mintAssignment(8, [RELEASE]), lines: LINES }))?.targets).toHaveLength(
      1,
    );
  });

  it('is looked at again when it comes with newer papers of its lines', async () => {
    const { desired } = await open();
    const assignment = mintAssignment(1, [RELEASE]);
    const before = await desired.accept({ assignment, lines: [] });
    expect(before?.declined).toMatchObject([{ reason: 'not_in_release' }]);
    expect((await desired.accept({ assignment, lines: LINES }))?.targets).toHaveLength(1);
  });

  it('carries settings within the bounds of the profile only', async () => {
    const { desired } = await open();
    const settings: AssignmentDocument['settings'] = { proveRecords: 1_000_000, outboxBytes: 1, trialTimeoutMs: 5 };
    await desired.accept({ assignment: mintAssignment(1, [], { settings }), lines: [] });
    expect(desired.settings()).toEqual({ proveRecords: 1000, outboxBytes: 1000 });
  });

  it('raises the time floor that a clock set back cannot get under', async () => {
    const { desired, clock } = await open();
    const soon = clock.now() + 3_600_000;
    await desired.accept({ assignment: mintAssignment(1, [], { issued: soon, timeFloor: soon }), lines: [] });
    const stale = mintAssignment(2, [], { expires: soon - 1 });
    await expect(desired.accept({ assignment: stale, lines: [] })).rejects.toMatchObject({ code: 'expired' });
  });
});

describe('an assigned model', () => {
  it.each<[string, Parameters<typeof mintLine>[1], string, string]>([
    ['without an approver', { signers: [FLEET.builder] }, 'bad_signature', 'key_unknown'],
    ['without a builder', { signers: [FLEET.approver] }, 'bad_signature', 'key_unknown'],
    ['approved by a stranger', { signers: [FLEET.builder, FLEET.stranger] }, 'bad_signature', 'key_unknown'],
    ['whose papers are old', { expires: '2020-01-01T00:00:00Z' }, 'stale_metadata', 'expired'],
  ])('is declined %s', async (_what, papers, reason, code) => {
    const { desired } = await open();
    const accepted = await desired.accept({
      assignment: mintAssignment(1, [RELEASE]),
      lines: [mintLine([RELEASE], papers)],
    });
    expect(accepted?.targets).toEqual([]);
    expect(accepted?.declined).toMatchObject([{ reason, detail: expect.stringContaining(code) }]);
  });

  it.each<[string, Parameters<typeof open>[0], Partial<AssignmentDocument>]>([
    ['below what has run here', { ran: 6 }, {}],
    ['below the floor of the assignment', {}, { floors: { delay: 6 } }],
  ])('is declined with a counter %s', async (_what, world, change) => {
    const { desired } = await open(world);
    const accepted = await desired.accept({ assignment: mintAssignment(1, [RELEASE], change), lines: LINES });
    expect(accepted?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it('is declined under a floor that an earlier assignment has raised', async () => {
    const { desired } = await open();
    await desired.accept({ assignment: mintAssignment(1, [], { floors: { delay: 6 } }), lines: [] });
    const accepted = await desired.accept({ assignment: mintAssignment(2, [RELEASE]), lines: LINES });
    expect(accepted?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it('is declined when the papers of its line are older than the ones seen', async () => {
    const { desired } = await open();
    await desired.accept({ assignment: mintAssignment(1, [RELEASE]), lines: [mintLine([RELEASE], { version: 4 })] });
    const old = { assignment: mintAssignment(2, [RELEASE]), lines: [mintLine([RELEASE], { version: 3 })] };
    expect((await desired.accept(old))?.declined).toMatchObject([{ reason: 'rollback' }]);
  });

  it.each([
    ['bytes that are no release', reissue(RELEASE, 9)],
    ['bytes released for another profile', mintRelease({ counter: 5, profiles: ['other-board'] })],
  ])('is declined for %s', async (_what, release) => {
    const { desired } = await open();
    const lines = release.profiles.length > 0 ? [mintLine([release])] : LINES;
    const accepted = await desired.accept({ assignment: mintAssignment(1, [release]), lines });
    expect(accepted?.declined).toMatchObject([{ reason: 'not_in_release' }]);
  });
});
