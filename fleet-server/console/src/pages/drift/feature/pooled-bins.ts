import { groupSparse, inBins } from '@plumbline/shared/drift';
import { sum } from './difference.ts';

/** Bins that are held against each other as one. */
export interface PooledBin {
  name: string;
  /** Names of the bins that were joined; one for a bin that stands alone. */
  of: string[];
  reference: number;
  now: number;
}

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
  return groupSparse(reference, sum(now))
    .map((group) => group.toSorted((a, b) => a - b))
    .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
    .map((group) => {
      const of = group.map((bin) => names[bin] ?? String(bin));
      return {
        name: of.length <= NAMES_SHOWN ? of.join(' + ') : `${of.length} rare bins`,
        of,
        reference: inBins(reference, group),
        now: inBins(now, group),
      };
    });
}
