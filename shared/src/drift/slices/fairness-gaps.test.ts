import { describe, expect, it } from 'vitest';
import { fairnessGaps } from './fairness-gaps.ts';

const slice = (name: string, tp: number, fp: number, tn: number, fn: number) => ({
  name,
  feature: 'trade',
  tp,
  fp,
  tn,
  fn,
});

describe('gaps between slices', () => {
  it('alarm when they surely exceed the limit, and say which', () => {
    const gaps = fairnessGaps([slice('steel', 150, 40, 760, 50), slice('paint', 60, 40, 760, 140)], {
      alpha: 0.001,
      limit: 0.1,
    });
    const alarms = gaps.filter(({ alarm }) => alarm);
    expect(alarms.map(({ slice: of, gap }) => [of, gap])).toEqual([
      ['steel', 'missed'],
      ['paint', 'missed'],
    ]);
    expect(alarms[0]?.value).toBeCloseTo(-0.45, 12);
    for (const { low, value, high } of gaps) expect(low <= value && value <= high).toBe(true);
  });

  it('do not alarm for few outcomes, however far apart, nor for a slice alone', () => {
    const options = { alpha: 0.001, limit: 0.1 };
    expect(fairnessGaps([slice('a', 5, 0, 5, 0), slice('b', 0, 5, 0, 5)], options).some(({ alarm }) => alarm)).toBe(
      false,
    );
    expect(fairnessGaps([slice('a', 500, 0, 500, 0)], options).some(({ alarm }) => alarm)).toBe(false);
  });
});
