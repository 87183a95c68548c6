import { DAY_MS } from '../../calendar.ts';

const MINUTE_MS = 60_000;

/**
 * When the quiet hours that `now` lies in end, ms; undefined outside of them. `from` > `until` passes midnight; equal
 * ones are no hours at all.
 * @param from @param until minutes of the day, UTC
 */
export function quietUntil(now: number, from: number | undefined, until: number | undefined): number | undefined {
  if (from === undefined || until === undefined || from === until) return undefined;
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const minute = (now - midnight) / MINUTE_MS;
  const isQuiet = from < until ? minute >= from && minute < until : minute >= from || minute < until;
  if (!isQuiet) return undefined;
  return midnight + until * MINUTE_MS + (minute < until ? 0 : DAY_MS);
}
