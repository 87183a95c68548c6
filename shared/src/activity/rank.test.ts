import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayDistribution, expectedEffect, plan, rankByEffect, type PlanNetwork } from './index.ts';

function network(...floats: number[]): PlanNetwork {
  return {
    totalFloat: { workingDays: Math.min(...floats), calendarDays: Math.min(...floats) * 1.4 },
    milestones: floats.map((workingDays, index) => ({
      milestone: `m${index}`,
      workingDays,
      calendarDays: workingDays * 1.4,
    })),
    calendarDaysPerWorkingDay: 1.4,
  };
}

const days = (probability: number, floats: number[], typical = 10) =>
  expectedEffect(delayDistribution(probability, typical), network(...floats)).workingDays;

describe('the ranking of predictions', () => {
  it('puts 60 days of float at 0.9 below the critical path at 0.3', () => {
    const items = [
      { id: 'floating', probability: 0.9, effectDays: days(0.9, [60]) },
      { id: 'critical', probability: 0.3, effectDays: days(0.3, [0]) },
    ];
    expect(rankByEffect(items).map(({ id }) => id)).toEqual(['critical', 'floating']);
  });

  it.each([
    ['all of a delay without float', [{ delayDays: 4, probability: 0.5 }], [0], 2],
    ['what exceeds the float', [{ delayDays: 4, probability: 0.5 }], [3], 0.5],
    ['nothing of a delay within the float', [{ delayDays: 4, probability: 1 }], [4], 0],
    [
      'every share of the distribution',
      [
        { delayDays: 2, probability: 0.5 },
        { delayDays: 8, probability: 0.25 },
      ],
      [1],
      2.25,
    ],
    ['every milestone that moves', [{ delayDays: 4, probability: 1 }], [0, 1], 7],
    ['more than the delay where it is late already', [{ delayDays: 1, probability: 1 }], [-2], 3],
    ['nothing towards no milestone', [{ delayDays: 4, probability: 1 }], [], 0],
  ])('counts %s', (_, delays, floats, expected) => {
    expect(
      expectedEffect(delays, { ...network(0), milestones: network(...floats, 0).milestones.slice(0, floats.length) })
        .workingDays,
    ).toBeCloseTo(expected);
  });

  it('weighs milestones, and names each without its weight, in working and calendar days', () => {
    const weighted = network(0, 0);
    weighted.milestones[1]!.weight = 3;
    const effect = expectedEffect([{ delayDays: 5, probability: 1 }], weighted);
    expect(effect).toMatchObject({ workingDays: 20, calendarDays: 28 });
    expect(effect.milestones.map(({ workingDays, calendarDays }) => [workingDays, calendarDays])).toEqual([
      [5, 7],
      [5, 7],
    ]);
  });

  it('has delays whose shares add up to the probability and whose mean is near the typical delay', () => {
    const delays = delayDistribution(0.8, 10);
    expect(delays.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(0.8);
    expect(delays.reduce((sum, { delayDays, probability }) => sum + delayDays * probability, 0) / 0.8).toBeCloseTo(
      10,
      0,
    );
  });

  it('grows with the probability and falls with the float', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const float = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(share, share, float, float, (p, q, f, g) => {
        expect(days(Math.max(p, q), [f])).toBeGreaterThanOrEqual(days(Math.min(p, q), [f]));
        expect(days(p, [Math.min(f, g)])).toBeGreaterThanOrEqual(days(p, [Math.max(f, g)]));
      }),
    );
  });

  it('breaks ties by probability and keeps the order of what has no effect calculated, behind', () => {
    const items = [
      { id: 'x', probability: 1, effectDays: undefined },
      { id: 'y', probability: 0.9, effectDays: undefined },
      { id: 'a', probability: 0.1, effectDays: 2 },
      { id: 'b', probability: 0.5, effectDays: 2 },
    ];
    expect(
      rankByEffect(items)
        .map(({ id }) => id)
        .join(''),
    ).toBe('baxy');
  });

  it('rides in a plan, and plans without it stay valid', () => {
    const head = { startAt: 0, dueAt: 1, values: {} };
    expect(plan.parse(head)).toEqual(head);
    expect(plan.parse({ ...head, network: network(3) }).network?.milestones).toHaveLength(1);
    expect(plan.safeParse({ ...head, network: { ...network(3), extra: 1 } }).success).toBe(false);
  });
});
