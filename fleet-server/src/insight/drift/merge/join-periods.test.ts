import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPeriods, type Counted, type JoinedPeriod } from './join-periods.ts';

const part = (day: number, count: number): Counted => ({ fromAt: day * 10, toAt: day * 10 + 10, count });
const total = (parts: readonly Counted[]) => parts.reduce((all, { count }) => all + count, 0);
const spans = (joined: JoinedPeriod<Counted>[]) => joined.map(({ from, to, parts }) => [from, to, total(parts)]);

describe('periods', () => {
  it('hold what all devices counted that begins together, in order of time', () => {
    expect(spans(joinPeriods([part(2, 50), part(1, 30), part(2, 60), part(1, 90)], 100))).toEqual([
      [10, 20, 120],
      [20, 30, 110],
    ]);
  });

  it('are joined until they hold enough, and wait while they do not', () => {
    const days = [1, 2, 3, 4, 5].map((day) => part(day, 40));
    expect(spans(joinPeriods(days, 100))).toEqual([[10, 40, 120]]);
    expect(joinPeriods(days, 1000)).toEqual([]);
    expect(joinPeriods([], 1)).toEqual([]);
  });

  it('never overlap, never hold too little and lose nothing that they closed on', () => {
    const drawn = array(
      integer({ min: 0, max: 9 }).chain((day) => integer({ min: 1, max: 80 }).map((n) => part(day, n))),
      { maxLength: 40 },
    );
    assert(
      property(drawn, integer({ min: 1, max: 300 }), (parts, minimum) => {
        const joined = joinPeriods(parts, minimum);
        const end = joined.at(-1)?.to ?? 0;
        joined.forEach(({ from, to, parts: own }, i) => {
          expect(total(own)).toBeGreaterThanOrEqual(minimum);
          expect(from).toBeGreaterThanOrEqual(joined[i - 1]?.to ?? 0);
          expect(to).toBeGreaterThan(from);
        });
        const closed = total(parts.filter(({ fromAt }) => fromAt < end));
        expect(joined.reduce((all, { parts: own }) => all + total(own), 0)).toBe(closed);
      }),
    );
  });
});
