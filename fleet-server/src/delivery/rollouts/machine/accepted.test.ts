import { describe, expect, it } from 'vitest';
import type { Evaluation, GateResult } from '../gates/gates.ts';
import { withAccepted } from './accepted.ts';

const result = (gate: GateResult['gate'], verdict: GateResult['verdict'], value: number): GateResult => ({
  gate,
  verdict,
  value,
  low: undefined,
  high: undefined,
  limit: 0.1,
  sample: 10,
  sentence: `${gate} says ${verdict}`,
});
const counts = {
  devices: 1,
  waiting: 0,
  hadChance: 1,
  proven: 1,
  unproven: 0,
  failed: 0,
  underWay: 0,
  acknowledged: 0,
};
const evaluation = (...results: GateResult[]): Evaluation => ({
  verdict: results[0]?.verdict ?? 'pass',
  gate: results[0]?.gate,
  results,
  counts: { ...counts, notBegun: 0 },
  sentence: results[0]?.sentence ?? '',
});

describe('a gate that a person has accepted', () => {
  it('does not stop the rollout again as long as it gets no worse', () => {
    const failing = evaluation(result('latency', 'fail', 0.3), result('memory', 'pass', 0));
    expect(withAccepted(failing, { latency: 0.2 })).toMatchObject({ verdict: 'pass', gate: undefined });
    expect(withAccepted(failing, { latency: 0.1 })).toMatchObject({ verdict: 'fail', gate: 'latency' });
    expect(withAccepted(failing, {})).toBe(failing);
  });

  it('leaves the others their word', () => {
    const failing = evaluation(result('latency', 'fail', 0.3), result('memory', 'fail', 0.5));
    expect(withAccepted(failing, { latency: 0.2 })).toMatchObject({ verdict: 'fail', gate: 'memory' });
    const open = evaluation(result('latency', 'fail', 0.3), result('proven', 'inconclusive', 0.5));
    expect(withAccepted(open, { latency: 0.2 })).toMatchObject({
      verdict: 'inconclusive',
      gate: 'proven',
      sentence: 'proven says inconclusive',
    });
  });
});
