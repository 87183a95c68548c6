import { describe, expect, it } from 'vitest';
import { createSigner, sha256Hex } from '@plumbline/shared/trust';
import { createVirtualClock } from '@plumbline/shared/testing';
import { createBeliever } from '../testing/believer.ts';
import {
  FLEET,
  ISSUED,
  mintAssignment,
  mintRelease,
  mintRepository,
  mintRoot,
  type RepositoryInput,
} from '../testing/mint.ts';

const DAY_MS = 86_400_000;
const RELEASE = await mintRelease();
const FAR_AHEAD = '2090-01-01T00:00:00Z';

const dateOf = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

/** What the fleet says on a day of January 2026. */
function onDay(day: number, change: RepositoryInput = {}): ReturnType<typeof mintRepository> {
  const timestamp = { signed: { 'x-plumbline-issued': dateOf(day), expires: dateOf(day + 3) } };
  return mintRepository({ releases: [RELEASE], version: day, timestamp, ...change });
}

const codes = (events: { code: string }[]) => events.map(({ code }) => code);

describe('time on a device', () => {
  it('makes metadata stale, says so once with the role, and forgives when fresh ones come', async () => {
    const { tell, beliefs, clock, events } = await createBeliever();
    await tell(await mintAssignment(1, [RELEASE]), await onDay(1));
    expect(beliefs.view().stale).toBeUndefined();
    await clock.advance(4 * DAY_MS);
    for (let look = 0; look < 5; look += 1) beliefs.look();
    expect(events).toMatchObject([{ code: 'stale_metadata', details: { role: 'timestamp', version: 1 } }]);
    expect(beliefs.view().stale).toMatchObject({ role: 'timestamp' });
    // The target is still wanted; its papers say that it may not be installed any more.
    expect(beliefs.targets()[0]?.expires).toBe(ISSUED + 3 * DAY_MS);
    await expect(tell(await mintAssignment(2, [RELEASE]), await onDay(1))).rejects.toMatchObject({ code: 'stale' });
    await tell(await mintAssignment(2, [RELEASE]), await onDay(5));
    expect(beliefs.view().stale).toBeUndefined();
    expect(codes(events)).toEqual(['stale_metadata', 'fresh_metadata']);
    expect(beliefs.targets()[0]?.expires).toBe(ISSUED + 7 * DAY_MS);
  });

  it('does not make the device fetch again what it holds, only because that has expired', async () => {
    const line = { signed: { expires: dateOf(3), version: 1 }, signers: [FLEET.builder, FLEET.approver] };
    const { tell, clock, server } = await createBeliever();
    await tell(await mintAssignment(1, [RELEASE]), await onDay(1, { line }));
    await clock.advance(4 * DAY_MS);
    const later = await onDay(5, { line });
    const fetched = server.documents.length;
    const learned = await tell(await mintAssignment(2, [RELEASE]), later);
    expect(learned?.declined).toMatchObject([{ reason: 'stale_metadata' }]);
    expect(server.documents.slice(fetched)).toEqual([sha256Hex(later.snapshot)]);
  });

  it('is learned from the timestamp by a clock of 1970, which is told of once', async () => {
    const { tell, beliefs, events } = await createBeliever({ clock: createVirtualClock(0) });
    await tell(await mintAssignment(1, [RELEASE]), await onDay(20));
    expect(beliefs.now()).toBe(ISSUED + 19 * DAY_MS);
    for (let look = 0; look < 5; look += 1) beliefs.look();
    expect(codes(events)).toEqual(['clock_suspect']);
    // Neither the day before nor papers that had ended by then come back.
    await expect(tell(await mintAssignment(2, [RELEASE]), await onDay(10))).rejects.toMatchObject({ kind: 'refused' });
  });

  it('does not go back with the clock, across a restart too', async () => {
    const before = await createBeliever({ clock: createVirtualClock(ISSUED + 19 * DAY_MS) });
    await before.tell(await mintAssignment(1, [RELEASE]), await onDay(20));
    const { beliefs } = await createBeliever({ store: before.store.crash(), clock: createVirtualClock(0) });
    expect(beliefs.now()).toBe(ISSUED + 19 * DAY_MS);
    expect(beliefs.view().clockSuspect).toBe(true);
  });

  it('is not led away by a clock ten years ahead: everything is stale until the clock is right again', async () => {
    const before = await createBeliever({ clock: createVirtualClock(ISSUED + 3650 * DAY_MS) });
    await expect(before.tell(await mintAssignment(1, [RELEASE]), await onDay(1))).rejects.toMatchObject({
      code: 'stale',
    });
    const after = await createBeliever({ store: before.store.crash() });
    expect((await after.tell(await mintAssignment(1, [RELEASE]), await onDay(1)))?.targets).toHaveLength(1);
  });

  it('cannot be set ahead by a stolen timestamp key while the clock looks right', async () => {
    const { tell, beliefs } = await createBeliever();
    const forged = await onDay(2, { timestamp: { signed: { 'x-plumbline-issued': FAR_AHEAD } } });
    await tell(await mintAssignment(1, [RELEASE]), forged);
    expect(beliefs.timeFloor()).toBeLessThanOrEqual(ISSUED + DAY_MS);
    expect(beliefs.view().stale).toBeUndefined();
  });

  it('that a stolen timestamp key has set far ahead comes back when a root names another key', async () => {
    const believer = await createBeliever({ clock: createVirtualClock(0) });
    const forged = await onDay(2, { timestamp: { signed: { 'x-plumbline-issued': FAR_AHEAD } } });
    await believer.tell(await mintAssignment(1, [RELEASE]), forged);
    expect(believer.beliefs.timeFloor()).toBe(Date.parse(FAR_AHEAD));
    const fresh = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(60) });
    const roots = [
      await mintRoot(),
      await mintRoot({ version: 2, keys: { timestamp: [fresh] }, signed: { expires: '2027-01-01T00:00:00Z' } }),
    ];
    const signed = { 'x-plumbline-issued': '2026-01-03T00:00:00Z', expires: '2026-01-06T00:00:00Z' };
    const healed = await onDay(3, { roots, timestamp: { signers: [fresh], signed } });
    expect((await believer.tell(await mintAssignment(2, [RELEASE]), healed))?.targets).toHaveLength(1);
    expect(believer.beliefs.timeFloor()).toBe(ISSUED + 2 * DAY_MS);
  });
});
