import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, firstDayOf, instantOf, monthOf } from './calendar.ts';

const instant = fc.integer({ min: Date.UTC(1600, 0, 1), max: Date.UTC(2600, 0, 1) });

describe('the calendar of the core', () => {
  it('agrees with the platform about every month', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const { year, month } = monthOf(Math.floor(at / DAY_MS));
        const date = new Date(at);
        expect([year, month]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1]);
        expect(firstDayOf(year, month) * DAY_MS).toBe(Date.UTC(year, month - 1, 1));
      }),
      { seed: 1 },
    );
  });

  it('reads the dates of signed documents as the platform does', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const seconds = Math.floor(at / 1000) * 1000;
        expect(instantOf(new Date(seconds).toISOString().replace('.000Z', 'Z'))).toBe(seconds);
      }),
      { seed: 2 },
    );
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    'garbage',
    '',
  ])('does not take %j for a date', (text) => {
    expect(instantOf(text)).toBeNaN();
  });
});
