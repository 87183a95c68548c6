import { DAY_MS } from '../values/parse-date.ts';

/** Other actual dates must lie in this many days before a date for it to be believed. */
const COMPANY_MS = 60 * DAY_MS;

/**
 * The day a snapshot describes: the latest actual start or end that at least five others (or one in a hundred of a
 * small file) stand close before. A single mistyped year beyond it is not credible. null when there is no date at all.
 */
export function inferDataDate(actualDates: readonly number[]): number | null {
  const dates = actualDates.toSorted((a, b) => b - a);
  const company = Math.min(5, Math.ceil(dates.length / 100));
  for (const [index, date] of dates.entries()) {
    const witness = dates[index + company];
    if (witness !== undefined && date - witness <= COMPANY_MS) return date;
  }
  return dates[0] ?? null;
}
