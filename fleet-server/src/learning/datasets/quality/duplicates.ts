import { quantile, type ColumnValues } from './column-values.ts';
import { listed, type QualityFinding } from './finding.ts';
import type { Dataset, Example } from '../dataset.ts';

/** More pairs than this by chance this rarely is believed. */
const CHANCE = 1e-3;
const SHOWN_ROWS = 6;
/** Numbers that differ by less than this share of the middle half of their column count as near. */
const NEAR = 0.05;
/** With fewer columns rows are alike because there is little to tell apart. */
const NEAR_COLUMNS = 3;

/**
 * Rows with the same values, and rows that nearly have: named where the split rule could put one of them on the side that is
 * learned from and the other on the side that is judged by. Rows of few coarse columns coincide anyway: what is expected when
 * the columns were drawn one by one is counted first.
 */
export function duplicateFindings(dataset: Dataset, columns: readonly ColumnValues[]): QualityFinding[] {
  const { examples } = dataset;
  const exact = groupsOf(
    examples,
    columns.map(({ values }) => values),
  );
  const findings = report(dataset, exact, expectedPairs(columns.map(({ values }) => values)), {
    whole: 'duplicate_rows',
    across: 'duplicates_across_folds',
    words: 'have the same values in every column',
  });
  if (columns.length < NEAR_COLUMNS) return findings;
  const seen = new Set(exact.flat());
  const grids = [0, 0.5].map((shift) => columns.map((column, place) => roundedValues(column, place * 0.618 + shift)));
  const near = nearGroups(grids.map((grid) => groupsOf(examples, grid))).filter((rows) =>
    rows.some((row) => !seen.has(row)),
  );
  return [
    ...findings,
    ...report(dataset, near, Math.max(...grids.map(expectedPairs)), {
      whole: 'near_duplicates',
      across: 'near_duplicates_across_folds',
      words: `have the same levels, and numbers within ${NEAR * 100} % of the spread of their columns`,
    }),
  ];
}

interface Words {
  whole: 'duplicate_rows' | 'near_duplicates';
  across: 'duplicates_across_folds' | 'near_duplicates_across_folds';
  words: string;
}

function report(
  dataset: Dataset,
  groups: number[][],
  expected: number,
  { whole, across, words }: Words,
): QualityFinding[] {
  const { examples, split } = dataset;
  const pairs = groups.reduce((sum, rows) => sum + (rows.length * (rows.length - 1)) / 2, 0);
  if (pairs === 0) return [];
  const rows = groups.reduce((sum, one) => sum + one.length, 0);
  const believed = tailOf(pairs, expected) < CHANCE;
  const chance = believed ? '' : '; so many coincide by chance where columns are as coarse as these';
  const shown = groups.slice(0, SHOWN_ROWS / 2).flatMap((one) => one.slice(0, 2).map((row) => examples[row]!.ref));
  const sentence = `${rows} rows in ${groups.length} groups ${words}, as ${listed(shown, 2)}${chance}`;
  const findings: QualityFinding[] = [{ code: whole, severity: 'note', field: 'examples', sentence, rows: shown }];
  const torn = groups.flatMap((one) => tornPair(examples, one, split) ?? []);
  if (torn.length === 0) return findings;
  const named = torn.slice(0, SHOWN_ROWS / 2).flatMap((pair) => pair.map((row) => examples[row]!.ref));
  findings.push({
    code: across,
    severity: believed ? 'warn' : 'note',
    field: 'examples',
    sentence: `${torn.length} groups of such rows would stand on both sides of folds split by ${split}, as ${listed(named, 2)}: what is learned from one is asked again by the other${chance}`,
    rows: named,
  });
  return findings;
}

/** Two rows of which the rule may learn from one and judge by the other. */
function tornPair(
  examples: readonly Example[],
  rows: readonly number[],
  split: Dataset['split'],
): [number, number][] | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  if (split === 'stratified') return [[first, rows[1]!]];
  if (split === 'group') {
    const other = rows.find((row) => examples[row]!.group !== examples[first]!.group);
    return other === undefined ? undefined : [[first, other]];
  }
  const earliest = rows.reduce((best, row) => (examples[row]!.knownAt < examples[best]!.knownAt ? row : best), first);
  const later = rows.find((row) => row !== earliest && examples[row]!.dueAt >= examples[earliest]!.knownAt);
  return later === undefined ? undefined : [[earliest, later]];
}

/** Rows with equal values in every column; groups of two or more, in the order of their first row. */
function groupsOf(examples: readonly Example[], columns: readonly Float64Array[]): number[][] {
  if (columns.length === 0) return [];
  const byKey = new Map<string, number[]>();
  for (let row = 0; row < examples.length; row++) {
    const key = columns.map((values) => values[row]).join('|');
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [row]);
    else group.push(row);
  }
  return [...byKey.values()].filter((rows) => rows.length > 1);
}

/** Rows that are together on either grid: two that an edge of one tears apart are mostly together on the other. */
function nearGroups([first = [], second = []]: number[][][]): number[][] {
  const groupOf = new Map(first.flatMap((rows, at) => rows.map((row) => [row, at] as const)));
  const others = second.filter(
    (rows) => new Set(rows.map((row) => groupOf.get(row) ?? -1)).size > 1 || !groupOf.has(rows[0]!),
  );
  return [...first, ...others];
}

/** Grids of different columns begin at different places, so that a value on an edge of one is not on that of all. */
function roundedValues({ feature, values }: ColumnValues, place: number): Float64Array {
  if (feature.type === 'category') return values;
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const step = NEAR * (quantile(sorted, 0.75) - quantile(sorted, 0.25));
  if (!(step > 0)) return values;
  const offset = (place % 1) * step;
  return values.map((value) => Math.round((value + offset) / step));
}

/** Pairs that coincide in every column if the columns had nothing to do with each other. */
function expectedPairs(columns: readonly Float64Array[]): number {
  const rows = columns[0]?.length ?? 0;
  const chance = columns.reduce((product, values) => {
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    const pairs = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
    return product * (pairs / Math.max(1, rows * (rows - 1)));
  }, 1);
  return (chance * rows * (rows - 1)) / 2;
}

/** Chance that a Poisson variable of this mean reaches `count`; by the normal distribution where the mean is large. */
function tailOf(count: number, mean: number): number {
  if (mean > 500) return count > mean + 5 * Math.sqrt(mean) ? 0 : 1;
  let [term, below] = [Math.exp(-mean), 0];
  for (let at = 0; at < count; at++) {
    below += term;
    term *= mean / (at + 1);
  }
  return Math.max(0, 1 - below);
}
