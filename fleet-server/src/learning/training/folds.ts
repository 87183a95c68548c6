import type { Example, SplitRule } from '../datasets/dataset.ts';
import { createRandom, requireWithin, shuffle } from '../learners/index.ts';
import { TrainingError } from './errors.ts';

/** Row numbers, ascending; nothing is learned from a row of `valid` before it is scored. */
export interface Fold {
  train: Int32Array;
  valid: Int32Array;
}

export interface FoldOptions {
  split: SplitRule;
  /** Folds wanted, 2 to 20; groups or time may allow fewer. */
  count: number;
  seed: number;
}

/** A training part smaller than this teaches nothing that a figure should rest on. */
const MIN_TRAIN_ROWS = 20;

/**
 * Divides examples by the dataset's rule. Folds whose training part is tiny or has one class are left out;
 * throws `no_honest_split` when none remains.
 *
 * `time` — expanding window. Rows in order of `dueAt` make `count + 1` periods of about equal size, rows of one due
 * date together. From the second period on each is validated once: by a model that knows exactly the labels with
 * `knownAt` not later than the period's first due date, on the rows due in the period whose label was still unknown
 * then. That is the model in force when the period begins; a row started earlier is predicted anew with what was known
 * at its start.
 */
export function makeFolds(examples: readonly Example[], options: FoldOptions): Fold[] {
  requireWithin('folds', options.count, 2, 20, true);
  const folds = options.split === 'time' ? timeFolds(examples, options.count) : assignedFolds(examples, options);
  const usable = folds.filter(({ train, valid }) => valid.length > 0 && canTeach(examples, train));
  if (usable.length > 0) return usable;
  throw new TrainingError(
    'no_honest_split',
    `Splitting ${examples.length} rows by ${options.split} leaves no fold to train and to validate on.`,
    { kind: 'refused', field: 'examples', expected: `${MIN_TRAIN_ROWS} rows of both labels to train each fold on` },
  );
}

function canTeach(examples: readonly Example[], rows: Int32Array): boolean {
  const late = rows.filter((row) => examples[row]!.label === 1).length;
  return rows.length >= MIN_TRAIN_ROWS && late > 0 && late < rows.length;
}

function timeFolds(examples: readonly Example[], count: number): Fold[] {
  const begins = periodBegins(examples, count + 1);
  return begins.slice(1).map((begin, index) => {
    const end = begins[index + 2] ?? Infinity;
    return {
      train: rowsWhere(examples, ({ knownAt }) => knownAt <= begin),
      valid: rowsWhere(examples, ({ dueAt, knownAt }) => dueAt >= begin && dueAt < end && knownAt > begin),
    };
  });
}

/** First due date of each period, ascending and distinct: many equal dates make fewer periods. */
function periodBegins(examples: readonly Example[], periods: number): number[] {
  const dues = Float64Array.from(examples, ({ dueAt }) => dueAt).toSorted();
  const begins = Array.from({ length: periods }, (_, period) => dues[Math.floor((period * dues.length) / periods)]!);
  return [...new Set(begins)];
}

function rowsWhere(examples: readonly Example[], holds: (example: Example) => boolean): Int32Array {
  return Int32Array.from([...examples.keys()].filter((row) => holds(examples[row]!)));
}

function assignedFolds(examples: readonly Example[], { split, count, seed }: FoldOptions): Fold[] {
  const assigned = split === 'group' ? assignGroups(examples, count, seed) : assignRows(examples, count, seed);
  return Array.from({ length: count }, (_, fold) => ({
    train: Int32Array.from([...assigned.keys()].filter((row) => assigned[row] !== fold)),
    valid: Int32Array.from([...assigned.keys()].filter((row) => assigned[row] === fold)),
  }));
}

/** Deals the shuffled rows of label 0, then of label 1, round the folds: counts differ by at most one per label. */
function assignRows(examples: readonly Example[], count: number, seed: number): Uint8Array {
  const order = shuffle(
    rowsWhere(examples, () => true),
    createRandom(seed),
  ).toSorted((a, b) => examples[a]!.label - examples[b]!.label);
  const assigned = new Uint8Array(examples.length);
  order.forEach((row, position) => (assigned[row] = position % count));
  return assigned;
}

/**
 * Whole groups, largest first, each to the fold that it leaves nearest to equal counts of both labels.
 * Source: the greedy rule of scikit-learn's StratifiedGroupKFold; ties by a seeded order.
 */
function assignGroups(examples: readonly Example[], count: number, seed: number): Uint8Array {
  const members = Map.groupBy(examples.keys(), (row) => examples[row]!.group);
  const names = [...members.keys()];
  const order = shuffle(Int32Array.from(names.keys()), createRandom(seed));
  const groups = [...order].map((index) => members.get(names[index]!)!).toSorted((a, b) => b.length - a.length);
  const totals = labelCounts(examples, [...examples.keys()]);
  const filled = Array.from({ length: count }, () => [0, 0] as [number, number]);
  const assigned = new Uint8Array(examples.length);
  for (const rows of groups) {
    const added = labelCounts(examples, rows);
    // Filling the fold with the least share of what the group brings most of keeps both labels level.
    const loads = filled.map((counts) =>
      [0, 1].reduce((load, label) => {
        const before = counts[label]! / Math.max(1, totals[label]!);
        const after = (counts[label]! + added[label]!) / Math.max(1, totals[label]!);
        return load + after ** 2 - before ** 2;
      }, 0),
    );
    const fold = loads.indexOf(Math.min(...loads));
    filled[fold]![0] += added[0];
    filled[fold]![1] += added[1];
    for (const row of rows) assigned[row] = fold;
  }
  return assigned;
}

function labelCounts(examples: readonly Example[], rows: readonly number[]): [number, number] {
  const late = rows.filter((row) => examples[row]!.label === 1).length;
  return [rows.length - late, late];
}
