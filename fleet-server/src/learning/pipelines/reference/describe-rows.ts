import {
  binOf,
  binCount,
  countOctave,
  spreadOfSites,
  type FeatureBins,
  type OctaveList,
  type Reference,
} from '@plumbline/shared/drift';
import type { FeatureValue } from '@plumbline/shared/manifest';

/** A row as a reference counts it: where and when it was, and what was known of it. */
export interface ReferenceRow {
  site: string;
  /** When the prediction is asked for, ms. */
  at: number;
  label: 0 | 1;
  values: Readonly<Record<string, FeatureValue>>;
}

type Described = Pick<Reference, 'support' | 'scale' | 'repeats' | 'clusters'>;

/**
 * What bins do not tell of the features they are for: their range, their octaves, how often a value repeats the one before
 * at its site, and how alike the rows of a site are. Below five sites the last is not known, and stays empty.
 */
export function describeRows(bins: readonly FeatureBins[], rows: readonly ReferenceRow[]): Described {
  const numbers = bins.flatMap(({ type, name }) => (type === 'number' ? [name] : []));
  const bySite = [...Map.groupBy(rows, ({ site }) => site).values()];
  return {
    support: named(numbers, (name) => rangeOf(name, rows)),
    scale: named(numbers, (name) => octavesOf(name, rows)),
    repeats: named(numbers, (name) => repeatsOf(name, bySite)),
    clusters: clustersOf(bins, bySite),
  };
}

function rangeOf(name: string, rows: readonly ReferenceRow[]): { low: number; high: number } | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of rows) {
    const value = values[name];
    if (!isNumber(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : undefined;
}

function octavesOf(name: string, rows: readonly ReferenceRow[]): OctaveList {
  const octaves: OctaveList = [];
  for (const { values } of rows) {
    const value = values[name];
    if (isNumber(value)) countOctave(octaves, value);
  }
  return octaves;
}

/** As devices count: held against the last value that was there, gaps passed over. */
function repeatsOf(name: string, sites: readonly (readonly ReferenceRow[])[]): { count: number; of: number } {
  const repeats = { count: 0, of: 0 };
  for (const rows of sites) {
    let before: number | undefined;
    // Rows of one moment keep the order of the dataset, which is that of its source.
    for (const { values } of rows.toSorted((a, b) => a.at - b.at)) {
      const value = values[name];
      if (!isNumber(value)) continue;
      if (before !== undefined) repeats.of += 1;
      if (value === before) repeats.count += 1;
      before = value;
    }
  }
  return repeats;
}

function clustersOf(
  bins: readonly FeatureBins[],
  sites: readonly (readonly ReferenceRow[])[],
): NonNullable<Reference['clusters']> {
  const spreads = bins.flatMap((one) => {
    const spread = spreadOfSites(sites.map((rows) => countsOf(one, rows)));
    return spread === undefined ? [] : [{ name: one.name, ...spread }];
  });
  const record = (of: (spread: (typeof spreads)[number]) => number) =>
    Object.fromEntries(spreads.map((spread) => [spread.name, of(spread)]));
  return {
    sites: sites.length,
    designEffect: record(({ designEffect }) => designEffect),
    correlation: record(({ correlation }) => correlation),
    freedom: record(({ freedom }) => freedom),
  };
}

function countsOf(bins: FeatureBins, rows: readonly ReferenceRow[]): number[] {
  const counts = Array<number>(binCount(bins)).fill(0);
  for (const { values } of rows) {
    const bin = binOf(bins, values[bins.name]);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function named<T>(names: readonly string[], of: (name: string) => T | undefined): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = of(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
