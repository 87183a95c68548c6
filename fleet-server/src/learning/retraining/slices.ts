import type { Feature } from '@plumbline/shared/manifest';
import type { Example } from '../datasets/index.ts';
import { clusteredMean, studentQuantile } from '../training/index.ts';

/** How a candidate does on some of the rows; losses are Brier, above 0 is worse than the champion. */
export interface SliceLoss {
  /** `feature=level`. */
  name: string;
  rows: number;
  loss: number;
  /** Surely not worse than this, at the level of the slice. */
  high: number;
  limit: number;
  holds: boolean;
}

const MOST_SLICES = 16;
/** A slice of fewer rows cannot be told from chance, and is said to be too small. */
export const LEAST_ROWS = 200;

/**
 * The largest levels of categories that are not private, each with how much worse the candidate may be there: every slice is
 * tested at its share of the level, so that a candidate that passes has no slice beyond the limit.
 * @param losses loss of the candidate minus loss of the champion, by row
 */
export function sliceLosses(
  features: readonly Feature[],
  cohort: readonly Example[],
  losses: Float64Array,
  { clusters, limit, level }: { clusters: Int32Array; limit: number; level: number },
): SliceLoss[] {
  const levels = new Map<string, number[]>();
  for (const { name, type, ...feature } of features) {
    if (type !== 'category' || feature.private === true) continue;
    for (const [row, { values }] of cohort.entries()) {
      const value = values[name];
      if (value === null || value === undefined) continue;
      const key = `${name}=${String(value)}`;
      const own = levels.get(key);
      if (own === undefined) levels.set(key, [row]);
      else own.push(row);
    }
  }
  const slices = [...levels]
    .filter(([, rows]) => rows.length >= LEAST_ROWS)
    .toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
    .slice(0, MOST_SLICES);
  return slices.map(([name, rows]) => {
    const own = Int32Array.from(rows, (row) => clusters[row] ?? row);
    const groups = new Set(own).size;
    const { mean, high } = clusteredMean(
      Float64Array.from(rows, (row) => losses[row] ?? 0),
      own,
    );
    const error = groups < 2 ? 0 : (high - mean) / studentQuantile(0.975, groups - 1);
    // No Brier loss is above 1: what one group alone says is no bound at all.
    const upper = groups < 2 ? 1 : Math.min(1, mean + error * studentQuantile(1 - level / slices.length, groups - 1));
    return { name, rows: rows.length, loss: mean, high: upper, limit, holds: upper <= limit };
  });
}
