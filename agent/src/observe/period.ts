import { DAY_MS } from '../calendar.ts';

export interface Period {
  from: number;
  to: number;
}

/**
 * The period of a window that a moment falls into: its day in UTC, or a fixed raster from the epoch.
 * @param at ms since the epoch
 */
export function periodOf(at: number, windowMs: number = DAY_MS): Period {
  const from = Math.floor(at / windowMs) * windowMs;
  return { from, to: from + windowMs };
}
