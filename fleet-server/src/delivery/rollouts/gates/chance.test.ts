import { createSeededRandom } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { evaluateGates } from './evaluate.ts';
import type { DeviceEvidence } from './gate-input.ts';
import { gates, type Gates } from './gates.ts';

const SHA = 'ab'.repeat(32);
const SILENT = { shadow: undefined, served: undefined, latencyRatio: undefined, memoryRatio: undefined };
type Outcome = 'proven' | 'failed' | 'under way';

function device(id: number, outcome: Outcome): DeviceEvidence {
  const runs = outcome === 'proven';
  const state = runs ? 'committed' : outcome === 'failed' ? 'rolled-back' : 'fetching';
  const model = { ...SILENT, state, targetSeq: 1, runningSha256: runs ? SHA : undefined } as const;
  return {
    device: `d${id}`,
    site: 's',
    stage: 0,
    assigned: { seq: 1, sha256: SHA, at: 0 },
    lastSeenAt: 1,
    model: { ...model, proof: runs ? 'proven' : undefined, reason: undefined, detail: undefined },
    isAcknowledged: false,
  };
}

const evaluate = (devices: DeviceEvidence[], of: Gates) => {
  const none = { drift: { judged: 0, alarms: [] }, quality: { candidate: [], champion: [] }, fairness: [], absent: [] };
  return evaluateGates({ line: 'delay', version: '1.1.0', devices, ...none }, of, { stage: 0 });
};

interface Of {
  share: number;
  devices: number;
  lag: number;
  gates: Gates;
  ask: 'stopped' | 'passed';
}

/**
 * One release that fails on this share of devices. They begin one after the other; a failure shows at once, a proof `lag`
 * devices later, as it is on sites. Answers what the gates ever said, looked at after every device.
 */
function history(next: () => number, of: Of) {
  const fate = Array.from({ length: of.devices }, () => next() < of.share);
  const devices: DeviceEvidence[] = [];
  let [stopped, passed] = [false, false];
  for (let i = 0; i < of.devices + of.lag && !stopped && !passed; i++) {
    if (i < of.devices) devices.push(device(i, fate[i] ? 'failed' : 'under way'));
    const due = i - of.lag;
    if (due >= 0 && fate[due] === false) devices[due] = device(due, 'proven');
    // A bound rises with a failure only, and a stage begins to pass with a proof only: the other looks say what the last said.
    const isNews = (of.ask === 'stopped' && fate[i]) || (of.ask === 'passed' && fate[due] === false);
    if (!isNews) continue;
    const { verdict } = evaluate(devices, of.gates);
    stopped ||= verdict === 'fail';
    passed ||= verdict === 'pass';
  }
  return { stopped, passed };
}

function shareOf(runs: number, seed: number, of: Of): number {
  const { next } = createSeededRandom(seed);
  const ends = Array.from({ length: runs }, () => history(next, of));
  return ends.filter((end) => end[of.ask]).length / runs;
}

describe('looked at after every device', () => {
  it.each([
    [0.005, 0],
    [0.01, 0],
    [0.01, 30],
    [0.02, 30],
  ])(
    'a good release that fails on %d of devices, proofs coming %i devices late, is hardly ever stopped',
    (share, lag) => {
      const of: Of = { share, devices: 200, lag, gates: gates.parse({}), ask: 'stopped' };
      expect(shareOf(500, 11, of)).toBeLessThanOrEqual(0.01);
    },
  );

  it('a release that fails on a tenth passes a gate that asks for surely less in one case of twenty at most', () => {
    const failures = { atMost: 0.02, sureBelow: 0.1 };
    const sure = gates.parse({ confidence: 0.95, proven: { atLeast: 0.5 }, failures });
    expect(shareOf(100, 12, { share: 0.1, devices: 100, lag: 0, gates: sure, ask: 'passed' })).toBeLessThanOrEqual(
      0.05,
    );
  });

  it('a release that fails on a third is stopped within forty devices in nineteen cases of twenty', () => {
    const of: Of = { share: 0.33, devices: 40, lag: 10, gates: gates.parse({}), ask: 'stopped' };
    expect(shareOf(200, 13, of)).toBeGreaterThan(0.95);
  });
});
