import type { Dataset, SplitRule } from '../../datasets/dataset.ts';

/** Below this many groups under a time split, rows are taken as independent: a handful of clusters measures nothing. */
const MIN_TIME_GROUPS = 10;

/** One number per row of `rows`; equal numbers are not independent of each other. */
export function clusterRows({ examples }: Pick<Dataset, 'examples'>, rows: Int32Array, split: SplitRule): Int32Array {
  const names = Array.from(rows, (row) => examples[row]!.group);
  const numberOf = new Map([...new Set(names)].map((name, index) => [name, index]));
  const grouped = split === 'group' || (split === 'time' && numberOf.size >= MIN_TIME_GROUPS);
  return grouped ? Int32Array.from(names, (name) => numberOf.get(name)!) : rows;
}
