import { DAY_MS, firstDayOf, monthOf } from '../calendar.ts';

export interface Period {
  from: number;
  to: number;
}

/**
 * The period of a window that a moment falls into: its calendar month in UTC, or a fixed raster from the epoch.
 * @param at ms since the epoch
 */
export function periodOf(at: number, windowMs?: number): Period {
  if (windowMs !== undefined) {
    const from = Math.floor(at / windowMs) * windowMs;
    return { from, to: from + windowMs };
  }
  const { year, month } = monthOf(Math.floor(at / DAY_MS));
  const next = month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
  return { from: firstDayOf(year, month) * DAY_MS, to: firstDayOf(next.year, next.month) * DAY_MS };
}
