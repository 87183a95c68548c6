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
  /** Class of each row, from 0: what folds are levelled by. Default: its label. A regression gives quantiles. */
  strata?: Uint8Array;
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
  const strata = options.strata ?? Uint8Array.from(examples, ({ label }) => label);
  const folds =
    options.split === 'time' ? timeFolds(examples, options.count) : assignedFolds(examples, options, strata);
  const usable = folds.filter(({ train, valid }) => valid.length > 0 && canTeach(strata, train));
  if (usable.length > 0) return usable;
  throw new TrainingError(
    'no_honest_split',
    `Splitting ${examples.length} rows by ${options.split} leaves no fold to train and to validate on.`,
    { kind: 'refused', field: 'examples', expected: `${MIN_TRAIN_ROWS} rows of both labels to train each fold on` },
  );
}

/** Whether something can be learned from these rows: enough of them, and of more than one class. */
export function canTeach(strata: Uint8Array, rows: Int32Array): boolean {
  return rows.length >= MIN_TRAIN_ROWS && rows.some((row) => strata[row] !== strata[rows[0]!]);
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

function assignedFolds(examples: readonly Example[], options: FoldOptions, strata: Uint8Array): Fold[] {
  const { split, count, seed } = options;
  const assigned = split === 'group' ? assignGroups(examples, strata, count, seed) : assignRows(strata, count, seed);
  return Array.from({ length: count }, (_, fold) => ({
    train: Int32Array.from([...assigned.keys()].filter((row) => assigned[row] !== fold)),
    valid: Int32Array.from([...assigned.keys()].filter((row) => assigned[row] === fold)),
  }));
}

/** Deals the shuffled rows of class 0, then of class 1 …, round the folds: counts differ by at most one per class. */
function assignRows(strata: Uint8Array, count: number, seed: number): Uint8Array {
  const rows = Int32Array.from(strata.keys());
  const order = shuffle(rows, createRandom(seed)).toSorted((a, b) => strata[a]! - strata[b]!);
  const assigned = new Uint8Array(strata.length);
  order.forEach((row, position) => (assigned[row] = position % count));
  return assigned;
}

/**
 * Whole groups, largest first, each to the fold that it leaves nearest to equal counts of every class.
 * Source: the greedy rule of scikit-learn's StratifiedGroupKFold; ties by a seeded order.
 */
function assignGroups(examples: readonly Example[], strata: Uint8Array, count: number, seed: number): Uint8Array {
  const members = Map.groupBy(examples.keys(), (row) => examples[row]!.group);
  const names = [...members.keys()];
  const order = shuffle(Int32Array.from(names.keys()), createRandom(seed));
  const groups = [...order].map((index) => members.get(names[index]!)!).toSorted((a, b) => b.length - a.length);
  const classes = strata.reduce((most, one) => Math.max(most, one), 1) + 1;
  const totals = classCounts(strata, [...strata.keys()], classes);
  const filled = Array.from({ length: count }, () => new Float64Array(classes));
  const assigned = new Uint8Array(examples.length);
  for (const rows of groups) {
    const added = classCounts(strata, rows, classes);
    // Filling the fold with the least share of what the group brings most of keeps all classes level.
    const loads = filled.map((counts) =>
      totals.reduce((load, total, one) => {
        const before = counts[one]! / Math.max(1, total);
        const after = (counts[one]! + added[one]!) / Math.max(1, total);
        return load + after ** 2 - before ** 2;
      }, 0),
    );
    const fold = loads.indexOf(Math.min(...loads));
    added.forEach((rowsOfClass, one) => (filled[fold]![one]! += rowsOfClass));
    for (const row of rows) assigned[row] = fold;
  }
  return assigned;
}

function classCounts(strata: Uint8Array, rows: readonly number[], classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const row of rows) counts[strata[row]!]! += 1;
  return counts;
}
