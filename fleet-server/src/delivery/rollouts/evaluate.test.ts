import type { ModelReport } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { evaluateGate, type DeviceEvidence } from './evaluate.ts';

const NEW = 'ab'.repeat(32);
const OLD = 'cd'.repeat(32);
const ASSIGNED = 1_000;
const gate = { minimumSample: 5, provenRatio: 0.9, failureRatio: 0.2 };

/** A device that was heard from and reports this of its model. */
const device = (id: number, model: Partial<ModelReport>, changed: Partial<DeviceEvidence> = {}): DeviceEvidence => ({
  device: `gw-${id}`,
  assignmentSeq: 2,
  sha256: NEW,
  assignedAt: ASSIGNED,
  lastSeenAt: ASSIGNED + 1,
  report: {
    v: 1,
    agent: '0.1.0',
    profile: 'linux-x64-dev',
    nonce: 'nonce-0001',
    counter: 1,
    at: ASSIGNED,
    assignmentSeq: 2,
    outbox: {},
    trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
    models: [{ model: 'delay', state: 'committed', target: { sha256: NEW, counter: 2, assignmentSeq: 2 }, ...model }],
  },
  ...changed,
});
const running = { sha256: NEW, version: '1.1.0', counter: 2 };
const proven = (id: number) => device(id, { running, proof: 'proven' });
const failed = (id: number) => device(id, { state: 'rolled-back', reason: 'self_test_failed', detail: 'row 3' });
const dead = (id: number) => device(id, {}, { lastSeenAt: ASSIGNED - 1 });
const many = (count: number, make: (id: number) => DeviceEvidence) => Array.from({ length: count }, (_, i) => make(i));
const verdictOf = (...devices: DeviceEvidence[]) => evaluateGate({ line: 'delay', devices }, gate);

describe('a gate', () => {
  it('fails when 10 of 100 are online and all 10 fail: the 90 dilute nothing', () => {
    const verdict = verdictOf(...many(10, failed), ...many(90, dead));
    expect(verdict).toMatchObject({
      verdict: 'fail',
      numbers: { devices: 100, hadChance: 10, failed: 10, proven: 0 },
      sentence: '10 of 10 devices failed (gw-0: self_test_failed (row 3))',
    });
    expect(verdict.reasons).toHaveLength(10);
  });

  it.each([1, 50])('passes beside %i devices that are dead for ever', (count) => {
    const verdict = verdictOf(...many(9, proven), ...many(count, dead));
    expect(verdict).toMatchObject({ verdict: 'pass', sentence: '9 of 9 devices proved the release' });
  });

  it('lets failure beat success', () => {
    expect(verdictOf(...many(20, proven), ...many(6, failed)).verdict).toBe('fail');
  });

  it('bears as many failures as its plan allows', () => {
    const bearing = { ...gate, provenRatio: 0.8 };
    expect(evaluateGate({ line: 'delay', devices: [...many(8, proven), ...many(2, failed)] }, bearing).verdict).toBe(
      'pass',
    );
    expect(evaluateGate({ line: 'delay', devices: [...many(7, proven), ...many(3, failed)] }, bearing).verdict).toBe(
      'fail',
    );
  });

  it('waits for its minimum sample before it says anything', () => {
    expect(verdictOf(...many(4, failed), ...many(9, dead))).toMatchObject({
      verdict: 'inconclusive',
      sentence: 'waiting: 4 of at least 5 devices were heard from',
    });
    expect(verdictOf(...many(4, proven), ...many(9, dead)).verdict).toBe('inconclusive');
  });

  it('needs all of a stage that is smaller than its sample', () => {
    expect(verdictOf(proven(1), proven(2))).toMatchObject({ verdict: 'pass', numbers: { sample: 2 } });
    expect(verdictOf(failed(1))).toMatchObject({ verdict: 'fail' });
    expect(verdictOf(proven(1), dead(2)).verdict).toBe('inconclusive');
  });

  it('holds with nobody to ask', () => {
    expect(verdictOf().verdict).toBe('inconclusive');
    expect(verdictOf(...many(9, dead)).verdict).toBe('inconclusive');
  });

  it('asks nothing of devices after how they fared with another line', () => {
    const other = device(1, { model: 'cost', running, proof: 'proven' });
    expect(verdictOf(other).numbers).toMatchObject({ proven: 0, underWay: 1 });
  });
});

describe('a device', () => {
  it.each<[string, DeviceEvidence, 'proven' | 'unproven' | 'failed' | 'underWay' | 'noChance']>([
    ['that runs the new hash and proved it', proven(1), 'proven'],
    ['that had no traffic to prove it by', device(1, { running, proof: 'unproven: no traffic' }), 'unproven'],
    ['that does not say how it proved it', device(1, { running }), 'unproven'],
    [
      'that calls itself proven while the old hash still runs',
      device(1, { running: { ...running, sha256: OLD }, proof: 'proven' }),
      'underWay',
    ],
    ['that calls itself proven and says nothing of what runs', device(1, { proof: 'proven' }), 'underWay'],
    ['that proves still', device(1, { state: 'proving', running }), 'underWay'],
    ['that put it off', device(1, { state: 'deferred' }), 'underWay'],
    ['that rolled back', failed(1), 'failed'],
    ['that refused', device(1, { state: 'refused', reason: 'does_not_fit' }), 'failed'],
    [
      'that refused an assignment before this one',
      device(1, { state: 'refused', target: { sha256: OLD, counter: 1, assignmentSeq: 1 } }),
      'underWay',
    ],
    [
      'that proved an assignment before this one',
      device(1, { running, proof: 'proven', target: { sha256: NEW, counter: 2, assignmentSeq: 1 } }),
      'underWay',
    ],
    [
      'that has no target',
      { ...proven(1), report: { ...proven(1).report!, models: [{ model: 'delay', state: 'idle' }] } },
      'underWay',
    ],
    ['that was heard from and never reported', { ...proven(1), report: undefined }, 'underWay'],
    ['that was never heard from', { ...proven(1), lastSeenAt: null }, 'noChance'],
    ['that was last heard from before it was assigned', { ...failed(1), lastSeenAt: ASSIGNED - 1 }, 'noChance'],
  ])('%s counts as %s', (_, evidence, standing) => {
    const none = { proven: 0, unproven: 0, failed: 0, underWay: 0 };
    const counted = standing === 'noChance' ? none : { ...none, [standing]: 1 };
    expect(verdictOf(evidence).numbers).toMatchObject({
      ...counted,
      devices: 1,
      hadChance: standing === 'noChance' ? 0 : 1,
    });
  });

  it('without traffic makes a gate inconclusive, neither passed nor failed', () => {
    const quiet = many(3, (id) => device(id, { running, proof: 'unproven: no traffic' }));
    expect(verdictOf(...many(7, proven), ...quiet)).toMatchObject({
      verdict: 'inconclusive',
      sentence: 'waiting: 7 of 10 proven, 0 under way, 0 failed, 3 without traffic',
    });
  });
});
