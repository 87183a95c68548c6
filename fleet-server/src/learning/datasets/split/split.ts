import { createHash } from 'node:crypto';
import { DatasetError } from '../errors.ts';
import { formatDay } from '../values/parse-date.ts';
import { datasetVersion } from '../version.ts';
import type { Dataset, Example } from '../dataset.ts';

export const SPLIT_WAYS = ['random', 'stratified', 'group', 'time'] as const;
export type SplitWay = (typeof SPLIT_WAYS)[number];

export interface SplitOptions {
  by: SplitWay;
  /** Of the rows, for the first part; 0.05 to 0.95. */
  share: number;
  seed?: number;
}

export interface DatasetSplit {
  /** `NAME.train` and `NAME.holdout`. */
  train: Dataset;
  holdout: Dataset;
  /** Rows on neither side: over time, those that were due before the cut and known after it. */
  leftOut: number;
  /** Groups with rows on both sides: none but over time. */
  groupsOnBothSides: number;
  /** Over time: the train part holds exactly what was known then, ms. */
  cutAt?: number;
}

/**
 * Two datasets from one. No group stands on both sides; by time, the first part is what was known at the cut and the second
 * what fell due from then on and was not known. The same rows and seed give the same parts, in whatever order they come.
 * @throws DatasetError `split_option`, `split_empty`
 */
export function splitDataset(dataset: Dataset, { by, share, seed = 1 }: SplitOptions): DatasetSplit {
  if (!(share >= 0.05 && share <= 0.95)) {
    throw new DatasetError('split_option', `share is ${share}`, {
      field: 'share',
      expected: 'a number from 0.05 to 0.95',
    });
  }
  const { examples } = dataset;
  const cutAt = by === 'time' ? cutOf(examples, share) : undefined;
  const chosen = cutAt === undefined ? dealGroups(examples, by, share, seed) : undefined;
  const first = examples.filter((one) => (chosen ? chosen.has(one.group) : one.knownAt <= cutAt!));
  const second = examples.filter((one) =>
    chosen ? !chosen.has(one.group) : one.dueAt >= cutAt! && one.knownAt > cutAt!,
  );
  requireBoth(first, 'train', 'rows of both labels');
  requireBoth(second, 'holdout', 'at least one row');
  const how = [`split by ${by}`, `share ${share}`, by === 'time' ? `cut ${formatDay(cutAt!)}` : `seed ${seed}`].join(
    ', ',
  );
  const groups = new Set(first.map(({ group }) => group));
  return {
    train: partOf(dataset, 'train', first, how),
    holdout: partOf(dataset, 'holdout', second, how),
    leftOut: examples.length - first.length - second.length,
    groupsOnBothSides: new Set(second.map(({ group }) => group).filter((group) => groups.has(group))).size,
    ...(cutAt === undefined ? {} : { cutAt }),
  };
}

/** When the share of labels was known. */
function cutOf(examples: readonly Example[], share: number): number {
  const known = Float64Array.from(examples, ({ knownAt }) => knownAt).toSorted();
  return known[Math.max(0, Math.ceil(share * known.length) - 1)] ?? 0;
}

/** Whole groups in an order that only their names and the seed decide, to the part that lacks most of what they bring. */
function dealGroups(examples: readonly Example[], by: SplitWay, share: number, seed: number): Set<string> {
  const groups = [...Map.groupBy(examples, ({ group }) => group)].map(([name, rows]) => {
    const late = rows.reduce((sum, { label }) => sum + label, 0);
    const order = createHash('sha256')
      .update(JSON.stringify([seed, name]))
      .digest('hex');
    return { name, rows: rows.length, late, order };
  });
  const inOrder = groups.toSorted((a, b) => (a.order < b.order ? -1 : 1));
  // Large groups first, where a class or whole groups are to be balanced: the small ones then fill what is missing.
  const dealt = by === 'random' ? inOrder : inOrder.toSorted((a, b) => b.rows - a.rows);
  const lateInAll = groups.reduce((sum, { late }) => sum + late, 0);
  const whole = { rows: examples.length, late: lateInAll, early: examples.length - lateInAll };
  const first = { rows: 0, late: 0, early: 0 };
  const chosen = new Set<string>();
  const gap = (key: keyof typeof first, added: number) => ((first[key] + added) / Math.max(1, whole[key]) - share) ** 2;
  for (const { name, rows, late } of dealt) {
    const early = rows - late;
    const better =
      by === 'stratified'
        ? gap('late', late) + gap('early', early) < gap('late', 0) + gap('early', 0)
        : gap('rows', rows) < gap('rows', 0);
    if (!better) continue;
    chosen.add(name);
    first.rows += rows;
    first.late += late;
    first.early += early;
  }
  return chosen;
}

function requireBoth(rows: readonly Example[], part: string, expected: string): void {
  const late = rows.filter(({ label }) => label === 1).length;
  if (rows.length > 0 && (part === 'holdout' || (late > 0 && late < rows.length))) return;
  throw new DatasetError('split_empty', `the ${part} part would have ${rows.length} rows, ${late} of them late`, {
    kind: 'refused',
    field: 'share',
    expected: `${expected} in the ${part} part`,
  });
}

function partOf(dataset: Dataset, part: 'train' | 'holdout', examples: Example[], how: string): Dataset {
  const { findings: _findings, ...whole } = dataset;
  const made = { ...whole, name: `${dataset.name}.${part}`, examples, rejected: [], counts: { kept: examples.length } };
  return {
    ...made,
    version: datasetVersion(made),
    derivedFrom: [{ dataset: `${dataset.name}@${dataset.version}`, operation: `${how}: ${part}` }],
  };
}
