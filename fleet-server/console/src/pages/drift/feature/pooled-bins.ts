import { sum } from './difference.ts';

/** Bins that are held against each other as one. */
export interface PooledBin {
  name: string;
  /** Names of the bins that were joined; one for a bin that stands alone. */
  of: string[];
  reference: number;
  now: number;
}

const EXPECTED_AT_LEAST = 5;
const NAMES_SHOWN = 3;

/**
 * Bins as a look joins them: the rarest of the reference first, until each may expect five of the smaller sample. The
 * window has no say in it, so a bin that is new there stays where training would have it.
 */
export function pooledBins(
  names: readonly string[],
  reference: readonly number[],
  now: readonly number[],
): PooledBin[] {
  const n = sum(reference);
  const least = Math.min(n, sum(now));
  const groups: number[][] = [];
  let open: number[] = [];
  const rarestFirst = [...reference.keys()].toSorted((a, b) => (reference[a] ?? 0) - (reference[b] ?? 0));
  for (const bin of rarestFirst) {
    open.push(bin);
    if ((sum(open.map((at) => reference[at] ?? 0)) * least) / n < EXPECTED_AT_LEAST) continue;
    groups.push(open);
    open = [];
  }
  const last = groups.at(-1);
  if (last === undefined) groups.push(open);
  else last.push(...open);
  return groups
    .map((group) => group.toSorted((a, b) => a - b))
    .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
    .map((group) => {
      const of = group.map((bin) => names[bin] ?? String(bin));
      return {
        name: of.length <= NAMES_SHOWN ? of.join(' + ') : `${of.length} rare bins`,
        of,
        reference: sum(group.map((bin) => reference[bin] ?? 0)),
        now: sum(group.map((bin) => now[bin] ?? 0)),
      };
    });
}
