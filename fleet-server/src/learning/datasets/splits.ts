import { DAY_MS } from './values/parse-date.ts';
import type { Dataset, Example } from './dataset.ts';

/** Rows whose label was known strictly before `at`: all that a model trained at `at` may see. Keeps the order. */
export function labelsKnownBefore(dataset: Pick<Dataset, 'examples'>, at: number): Example[] {
  return dataset.examples.filter((example) => example.knownAt < at);
}

/**
 * When the delay of an example was known, ms: not before it ended, which may be long after it was known to be late.
 * undefined while nobody can say.
 */
export function delayKnownAt({ dueAt, knownAt, delayDays }: Example): number | undefined {
  return delayDays === undefined ? undefined : Math.max(knownAt, dueAt + delayDays * DAY_MS);
}

/** The cohort planned to end within `[from, to)`. */
export function dueWithin(dataset: Pick<Dataset, 'examples'>, from: number, to: number): Example[] {
  return dataset.examples.filter((example) => example.dueAt >= from && example.dueAt < to);
}

/** Rows by site, sites in code-unit order. */
export function splitBySite(dataset: Pick<Dataset, 'examples'>): Map<string, Example[]> {
  const bySite = Map.groupBy(dataset.examples, (example) => example.site);
  return new Map([...bySite].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
