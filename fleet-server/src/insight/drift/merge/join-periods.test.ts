import type { DriftWindow } from '@plumbline/shared/drift';
import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPeriods } from './index.ts';

const window = (day: number, count: number, sha256 = 'ab'): DriftWindow => ({
  model: 'delay',
  sha256,
  from: day * 10,
  to: day * 10 + 10,
  count,
  features: { x: [count, 0] },
  score: [count],
  errors: 0,
});
const spans = (windows: DriftWindow[]) => windows.map(({ from, to, count }) => [from, to, count]);

describe('periods', () => {
  it('hold the windows of all devices that begin together, in order of time', () => {
    expect(spans(joinPeriods([window(2, 50), window(1, 30), window(2, 60), window(1, 90)], 100))).toEqual([
      [10, 20, 120],
      [20, 30, 110],
    ]);
  });

  it('are joined until they hold enough, and wait while they do not', () => {
    const days = [1, 2, 3, 4, 5].map((day) => window(day, 40));
    expect(spans(joinPeriods(days, 100))).toEqual([[10, 40, 120]]);
    expect(joinPeriods(days, 1000)).toEqual([]);
    expect(joinPeriods([], 1)).toEqual([]);
  });

  it('join the variants of a version, whose bins are the same', () => {
    const [joined] = joinPeriods([window(1, 60, 'ab'), window(1, 60, 'cd')], 100);
    expect(joined).toMatchObject({ count: 120, features: { x: [120, 0] }, score: [120] });
  });

  it('never overlap, never hold too little and lose nothing that they closed on', () => {
    const drawn = array(
      integer({ min: 0, max: 9 }).chain((day) => integer({ min: 1, max: 80 }).map((n) => window(day, n))),
      {
        maxLength: 40,
      },
    );
    assert(
      property(drawn, integer({ min: 1, max: 300 }), (windows, minimum) => {
        const joined = joinPeriods(windows, minimum);
        const end = joined.at(-1)?.to ?? 0;
        joined.forEach(({ from, to, count }, i) => {
          expect(count).toBeGreaterThanOrEqual(minimum);
          expect(from).toBeGreaterThanOrEqual(joined[i - 1]?.to ?? 0);
          expect(to).toBeGreaterThan(from);
        });
        const closed = windows.filter(({ from }) => from < end).reduce((total, { count }) => total + count, 0);
        expect(joined.reduce((total, { count }) => total + count, 0)).toBe(closed);
      }),
    );
  });
});
