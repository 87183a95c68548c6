import { refusalReason } from '@plumbline/shared/update';
import { describe, expect, it } from 'vitest';
import type { DeviceEvidence, ModelEvidence } from './gate-input.ts';
import { countStandings, quorum, standingOf } from './standing.ts';

const NEW = 'ab'.repeat(32);
const OLD = 'cd'.repeat(32);
const running = { state: 'committed', runningSha256: NEW, proof: 'proven' } as const;

/** A device that was heard from and says this of its model. */
function device(says: Partial<ModelEvidence> | undefined, changed: Partial<DeviceEvidence> = {}): DeviceEvidence {
  const silent = { runningSha256: OLD, proof: undefined, reason: undefined, detail: undefined, shadow: undefined };
  const unmeasured = { served: undefined, latencyRatio: undefined, memoryRatio: undefined };
  const model = says && { state: 'idle' as const, targetSeq: 7, ...silent, ...unmeasured, ...says };
  const assigned = { seq: 7, sha256: NEW, at: 1_000 };
  return { device: 'd1', site: 's1', stage: 0, assigned, lastSeenAt: 1_001, model, isAcknowledged: false, ...changed };
}

describe('a device stands in a rollout as', () => {
  it.each<[string, DeviceEvidence]>([
    ['waiting', device(undefined, { assigned: undefined })],
    ['waiting', device(running, { assigned: undefined })],
    // It never came, or not since.
    ['no chance', device(undefined, { lastSeenAt: null })],
    ['no chance', device({ targetSeq: 6 }, { lastSeenAt: 999 })],
    ['no chance', device({ ...running, targetSeq: 6 }, { lastSeenAt: 999 })],
    // Success or failure of an older assignment is none of this one.
    ['not begun', device(undefined)],
    ['not begun', device({ targetSeq: undefined })],
    ['not begun', device({ ...running, targetSeq: 6 })],
    ['not begun', device({ state: 'refused', reason: 'self_test_failed', targetSeq: 6 })],
    ['not begun', device({ state: 'refused', reason: 'self_test_failed', targetSeq: 8, targetSha256: OLD })],
    ['not begun', device({ state: 'deferred', reason: 'memory_low' })],
    // The clock of the server was set back after it had been heard from.
    ['proven', device(running, { lastSeenAt: 999 })],
    ['under way', device({ state: 'fetching' })],
    ['under way', device({ state: 'proving', runningSha256: NEW })],
    // It says it is done, and other bytes run.
    ['under way', device({ ...running, runningSha256: OLD })],
    ['under way', device({ ...running, runningSha256: undefined })],
    ['proven', device(running)],
    ['proven', device({ ...running, targetSeq: 8, targetSha256: NEW })],
    ['unproven', device({ ...running, proof: 'unproven: no traffic' })],
    ['unproven', device({ ...running, proof: undefined })],
    ['failed', device({ state: 'rolled-back', reason: 'unclean_exits' })],
    ['failed', device({ state: 'refused' })],
    ['acknowledged', device({ state: 'refused', reason: 'given_up' }, { isAcknowledged: true })],
    // Acknowledged once, and then it came through, or failed for what passes.
    ['proven', device(running, { isAcknowledged: true })],
    ['not begun', device({ state: 'refused', reason: 'stale_metadata' }, { isAcknowledged: true })],
  ])('%s (%#)', (standing, of) => {
    expect(standingOf(of)).toBe(standing);
  });

  it('failed for every reason but those that go by', () => {
    const passing = refusalReason.options.filter(
      (reason) => standingOf(device({ state: 'refused', reason })) === 'not begun',
    );
    expect(passing.toSorted()).toEqual(
      ['deferred_on_site', 'link_budget', 'outside_window', 'power_low', 'stale_metadata'].toSorted(),
    );
  });
});

describe('the counts of a stage', () => {
  it('leave silent, waiting and acknowledged devices out of those that had a chance', () => {
    const states = [
      device(undefined, { assigned: undefined }),
      device(undefined, { lastSeenAt: null }),
      device(undefined),
      device({ state: 'fetching' }),
      device(running),
      device({ ...running, proof: undefined }),
      device({ state: 'refused' }),
      device({ state: 'refused' }, { isAcknowledged: true }),
    ];
    expect(countStandings(states.map((one) => ({ ...one, standing: standingOf(one) })))).toEqual({
      devices: 8,
      waiting: 1,
      hadChance: 5,
      proven: 1,
      unproven: 1,
      failed: 1,
      underWay: 2,
      notBegun: 1,
      acknowledged: 1,
    });
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 3],
    [9, 5],
    [10, 5],
    [100, 5],
  ])('of %i devices ask for %i with a minimum of 5', (devices, expected) => {
    const none = { waiting: 0, hadChance: 0, proven: 0, unproven: 0, failed: 0, underWay: 0, notBegun: 0 };
    expect(quorum({ devices, ...none, acknowledged: 0 }, 5)).toBe(expected);
  });
});
