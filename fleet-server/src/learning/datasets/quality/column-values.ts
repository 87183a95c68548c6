import type { Example } from '../dataset.ts';
import type { Feature } from '@plumbline/shared/manifest';

/** One feature over all examples, in the form the checks read. */
export interface ColumnValues {
  feature: Feature;
  /** Numbers, or places in `levels`; NaN is missing. */
  values: Float64Array;
  /** Levels of a category by code. */
  levels: string[];
  present: number;
  distinct: number;
}

export function columnValues(examples: readonly Example[], feature: Feature): ColumnValues {
  const codes = new Map<string, number>();
  const values = Float64Array.from(examples, ({ values: row }) => {
    const value = row[feature.name];
    if (value === null || value === undefined || value === '') return Number.NaN;
    if (typeof value === 'number') return value;
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    return code;
  });
  const present = values.filter((value) => !Number.isNaN(value));
  return { feature, values, levels: [...codes.keys()], present: present.length, distinct: new Set(present).size };
}

/** Linear between the two values around the place, as most programs do (Hyndman and Fan's type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}
