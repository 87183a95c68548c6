import { answersAlike, type GraphOutput } from '@plumbline/shared/manifest';
import type { ShadowReport } from '@plumbline/shared/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, refusalOf, scaleOf, type Pair } from './compare.ts';

const CLASSES: GraphOutput = { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' };
const VALUE: GraphOutput = { kind: 'value', value: 'y' };
const BOTH_CLASSES = { candidate: CLASSES, champion: CLASSES };
const BOTH_VALUES = { candidate: VALUE, champion: VALUE };
const pairsOf = (...pairs: [number, number][]): Pair[] =>
  pairs.map(([candidate, champion]) => ({ candidate, champion }));
const REPORT: ShadowReport = {
  records: 100,
  agreement: 0.9,
  meanShift: -0.1,
  maxShift: 0.5,
  latencyRatio: 2,
  memoryRatio: 3,
};

describe('two models on the same records', () => {
  it('agree where they fall on the same side of their own thresholds', () => {
    const pairs = pairsOf([0.6, 0.9], [0.6, 0.4], [0.2, 0.1], [0.4, 0.6]);
    expect(compare(pairs, BOTH_CLASSES).agreement).toBe(0.5);
    const strict = { ...CLASSES, threshold: 0.7 };
    expect(compare(pairs, { candidate: strict, champion: CLASSES }).agreement).toBe(0.5);
    expect(compare(pairs, { candidate: strict, champion: strict }).agreement).toBe(0.75);
  });

  it('of values agree within a twentieth of the spread of the one in force', () => {
    const pairs = pairsOf([0.4, 0], [100.6, 100], [56, 50], [5, 0]);
    expect(compare(pairs, BOTH_VALUES).agreement).toBe(0.75);
  });

  it('are told apart by mean and largest shift', () => {
    const { meanShift, maxShift } = compare(pairsOf([0.6, 0.5], [0.2, 0.5], [0.5, 0.5]), BOTH_CLASSES);
    expect(meanShift).toBeCloseTo(-0.2 / 3, 12);
    expect(maxShift).toBeCloseTo(0.3, 12);
  });

  it('do not differ from themselves, whatever they say', () => {
    const scores = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });
    const holds = fc.property(scores, (all) => {
      const pairs = all.map((score) => ({ candidate: score, champion: score }));
      return [BOTH_CLASSES, BOTH_VALUES].every((outputs) => {
        const report = compare(pairs, outputs);
        const all1000 = { shadowAgreementPermille: 1000, shadowShiftPermille: 0 };
        const refusal = refusalOf(report, all1000, scaleOf(outputs.champion, pairs));
        return report.agreement === 1 && report.maxShift === 0 && refusal === undefined;
      });
    });
    expect(fc.check(holds, { seed: 4, numRuns: 200 })).toMatchObject({ failed: false });
  });

  it('cannot be compared when their scores mean something else', () => {
    const days: GraphOutput = { ...VALUE, unit: 'days' };
    expect(answersAlike(CLASSES, { ...CLASSES, positive: 'in time' })).toBe(false);
    expect(answersAlike(CLASSES, VALUE)).toBe(false);
    expect(answersAlike(VALUE, { ...VALUE, value: 'z' })).toBe(true);
    expect(answersAlike(VALUE, days)).toBe(false);
    expect(answersAlike(days, { ...days, quantile: 0.9 })).toBe(false);
  });
});

describe('the thresholds of a shadow run', () => {
  it.each([
    ['refuse nothing when nobody set them', {}, undefined],
    ['let agreement pass at its bound', { shadowAgreementPermille: 900 }, undefined],
    ['refuse what agrees less', { shadowAgreementPermille: 901 }, 'shadow_disagrees'],
    ['let a shift pass at its bound, downwards too', { shadowShiftPermille: 100 }, undefined],
    ['refuse a larger shift', { shadowShiftPermille: 99 }, 'shadow_shifted'],
    ['let latency pass at its bound', { shadowLatencyPercent: 200 }, undefined],
    ['refuse what is slower', { shadowLatencyPercent: 199 }, 'shadow_slower'],
    ['let memory pass at its bound', { shadowMemoryPercent: 300 }, undefined],
    ['refuse what is larger', { shadowMemoryPercent: 299 }, 'shadow_larger'],
  ])('%s', (_what, settings, reason) => {
    expect(refusalOf(REPORT, settings, 1)?.reason).toBe(reason);
  });

  it('decide nothing on what was not measured', () => {
    const { latencyRatio: _l, memoryRatio: _m, ...report } = REPORT;
    expect(refusalOf(report, { shadowLatencyPercent: 1, shadowMemoryPercent: 1 }, 1)).toBeUndefined();
  });

  it('decide nothing on fewer than twenty records, unless the settings ask for fewer', () => {
    const settings = { shadowAgreementPermille: 1000, shadowShiftPermille: 0 };
    const report = { ...REPORT, records: 19 };
    expect(refusalOf(report, settings, 1)).toBeUndefined();
    expect(refusalOf(report, { ...settings, shadowRecords: 10 }, 1)?.reason).toBe('shadow_disagrees');
  });

  it('measure a shift of values by their spread', () => {
    const report = { ...REPORT, meanShift: 10 };
    expect(refusalOf(report, { shadowShiftPermille: 100 }, 100)).toBeUndefined();
    expect(refusalOf(report, { shadowShiftPermille: 99 }, 100)?.reason).toBe('shadow_shifted');
    expect(refusalOf(report, { shadowShiftPermille: 1000 }, 0)?.reason).toBe('shadow_shifted');
  });
});
