import type { Dataset, SplitRule } from '../../datasets/dataset.ts';

/** Below this many groups under a time split, rows are taken as independent: a handful of clusters measures nothing. */
const MIN_TIME_GROUPS = 10;

/** One number per row of `rows`; equal numbers are not independent of each other. */
export function clusterRows(dataset: Pick<Dataset, 'examples'>, rows: Int32Array, split: SplitRule): Int32Array {
  return groupRows(dataset, rows, split) ?? rows;
}

/** The group of each row by number; undefined where rows are taken as independent. */
export function groupRows(
  { examples }: Pick<Dataset, 'examples'>,
  rows: Int32Array,
  split: SplitRule,
): Int32Array | undefined {
  const names = Array.from(rows, (row) => examples[row]!.group);
  const numberOf = new Map([...new Set(names)].map((name, index) => [name, index]));
  const isGrouped = split === 'group' || (split === 'time' && numberOf.size >= MIN_TIME_GROUPS);
  return isGrouped ? Int32Array.from(names, (name) => numberOf.get(name)!) : undefined;
}
