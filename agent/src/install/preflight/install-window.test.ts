import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowOpensAt } from './install-window.ts';

const at = (hours: number, minutes = 0) => Date.UTC(2026, 4, 5, hours, minutes);

describe('the window for installs', () => {
  it.each<[string, number | undefined, number | undefined, number, number | undefined]>([
    ['is open where nobody set one', undefined, undefined, at(12), undefined],
    ['is open with one end only', 60, undefined, at(12), undefined],
    ['is open all day from a minute to the same', 60, 60, at(12), undefined],
    ['is open at its first minute', 60, 120, at(1), undefined],
    ['is shut at its last', 60, 120, at(2), at(25)],
    ['opens later the same day', 60, 120, at(0, 30), at(1)],
    ['is open before midnight', 1380, 120, at(23, 30), undefined],
    ['is open after midnight', 1380, 120, at(1, 59), undefined],
    ['opens in the evening', 1380, 120, at(2), at(23)],
  ])('%s', (_what, from, until, now, opensAt) => {
    const settings = {
      ...(from !== undefined && { installFromMinute: from }),
      ...(until !== undefined && { installUntilMinute: until }),
    };
    expect(windowOpensAt(settings, now)).toBe(opensAt);
  });

  it('is open when it says it opens, within a day, and was shut a moment before', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const holds = fc.property(minute, minute, fc.integer({ min: -1e12, max: 1e13 }), (from, until, now) => {
      const settings = { installFromMinute: from, installUntilMinute: until };
      const opensAt = windowOpensAt(settings, now);
      if (opensAt === undefined) return true;
      const isSoon = opensAt > now && opensAt - now <= 86_400_000;
      return (
        isSoon && windowOpensAt(settings, opensAt) === undefined && windowOpensAt(settings, opensAt - 1) === opensAt
      );
    });
    expect(fc.check(holds, { seed: 3, numRuns: 300 })).toMatchObject({ failed: false });
  });
});
