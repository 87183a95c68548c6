import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { Dataset, SplitRule } from '../datasets/dataset.ts';
import {
  type Algorithm,
  encodeTable,
  type Grid,
  type MatrixOptions,
  type Member,
  type MemberParameters,
  requireWithin,
} from '../learners/index.ts';
import { TrainingError } from './errors.ts';
import type { Fold } from './folds.ts';
import { makeFolds } from './folds.ts';
import type { Scores } from './measure/metrics.ts';
import type { Recalibration } from './recalibrate.ts';
import { foldLine, lineScaleOf, recalibrate } from './recalibrate.ts';
import { listMembers } from './search/grid.ts';
import type { JobContext } from './search/job.ts';
import { pick } from './search/job.ts';
import { openPool } from './search/pool.ts';
import type { FitTime, Trial } from './search/search.ts';
import { searchGrid } from './search/search.ts';

export interface TrainOptions {
  seed: number;
  /** Default: logistic and boosting. */
  algorithms?: readonly Algorithm[];
  /** Configurations per algorithm; an algorithm left out keeps its default ones. */
  grid?: Partial<Grid>;
  /** Folds of the search. Default 5. */
  folds?: number;
  /** Default: the dataset's own rule. */
  split?: SplitRule;
  matrix?: MatrixOptions;
  /** Threads; 0 trains in the calling thread. Default 1. The model does not depend on it. */
  workers?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Everything that a second run needs to come to the same result on the same dataset. */
export interface SearchSettings {
  datasetVersion: string;
  seed: number;
  members: Member[];
  folds: number;
  split: SplitRule;
  matrix: MatrixOptions;
}

/** Scores of rows by models that never saw them, in order of folds; under the recalibration when there is one. */
export interface OutOfFold {
  refs: string[];
  scores: Scores;
  labels: Uint8Array;
  folds: Int32Array;
}

export interface TrainingResult {
  model: FittedModel;
  algorithm: Algorithm;
  parameters: MemberParameters;
  /** Index of the chosen configuration in `table` and `settings.members`. */
  chosen: number;
  table: Trial[];
  outOfFold: OutOfFold;
  recalibration: Omit<Recalibration, 'scores'>;
  settings: SearchSettings;
  /** In order of member and fold; wall-clock, so not part of what is reproducible. */
  times: FitTime[];
}

export const MIN_ROWS = 50;

/**
 * Searches the grid by cross-validation under the dataset's split rule, fits the best configuration (mean Brier score)
 * on all rows, and recalibrates it where the out-of-fold scores show a gain. Same dataset and seed, same model bytes.
 * Throws `too_few_rows`, `one_class`, `bad_value`, `bad_parameter`, `no_honest_split`, `stopped`, `worker_failed`.
 */
export async function train(dataset: Dataset, options: TrainOptions): Promise<TrainingResult> {
  const { seed, algorithms = ['logistic', 'boosting'], grid = {}, folds = 5, matrix = {} } = options;
  requireWithin('seed', seed, 0, 0xffff_ffff, true);
  const members = listMembers(algorithms, grid);
  const split = options.split ?? dataset.split;
  const settings: SearchSettings = { datasetVersion: dataset.version, seed, members, folds, split, matrix };
  const context = jobContext(dataset, settings);
  await using pool = openPool(context, { workers: options.workers ?? 1, signal: options.signal });
  const total = members.length * context.folds.length + 1;
  let done = 0;
  const report = (): void => options.onProgress?.(++done, total);
  const search = await searchGrid(context, pool, report);
  const refit = await pool.run({ kind: 'refit', member: search.chosen });
  report();
  const outOfFold = joinFolds(dataset, context, search.scores);
  const { labels, folds: foldOf } = outOfFold;
  const over = lineScaleOf(refit.model);
  const { scores, ...recalibration } = recalibrate(labels, outOfFold.scores, foldOf, split === 'time', over);
  const { line } = recalibration;
  return {
    model: line === undefined ? refit.model : foldLine(refit.model, line),
    ...members[search.chosen]!,
    chosen: search.chosen,
    table: search.table,
    outOfFold: { ...outOfFold, scores },
    recalibration,
    settings,
    times: [...sortTimes(search.times), { member: search.chosen, part: 'refit', seconds: refit.seconds }],
  };
}

/** Throws `too_few_rows` or `one_class` when no figure computed from the dataset could be trusted. */
export function assertTrainable({ examples }: Dataset): void {
  const late = examples.filter(({ label }) => label === 1).length;
  if (examples.length < MIN_ROWS) {
    const expected = `at least ${MIN_ROWS} labelled rows`;
    throw new TrainingError('too_few_rows', `The dataset has ${examples.length} labelled rows, expected ${expected}.`, {
      kind: 'refused',
      field: 'examples',
      expected,
    });
  }
  if (late > 0 && late < examples.length) return;
  throw new TrainingError('one_class', `All ${examples.length} rows have label ${late > 0 ? 1 : 0}.`, {
    kind: 'refused',
    field: 'examples',
    expected: 'rows of both labels',
  });
}

/** Rows, folds and configurations as the jobs read them; the quality gate derives the same from the settings. */
export function jobContext(dataset: Dataset, settings: SearchSettings): JobContext {
  assertTrainable(dataset);
  const { seed, members, split, matrix } = settings;
  const folds = makeFolds(dataset.examples, { split, count: settings.folds, seed });
  return { table: encodeTable(dataset.examples, dataset.features), folds, members, matrix, seed };
}

function joinFolds(dataset: Dataset, { table, folds }: JobContext, scores: Scores[]): OutOfFold {
  const rows = validRows(folds);
  const joined = new Float64Array(rows.length);
  const foldOf = new Int32Array(rows.length);
  let offset = 0;
  scores.forEach((part, fold) => {
    joined.set(part, offset);
    foldOf.fill(fold, offset, offset + part.length);
    offset += part.length;
  });
  const refs = Array.from(rows, (row) => dataset.examples[row]!.ref);
  return { refs, scores: joined, labels: pick(table.labels, rows), folds: foldOf };
}

/** The validation rows of all folds, fold by fold: the order of `OutOfFold`. */
export function validRows(folds: readonly Fold[]): Int32Array {
  return Int32Array.from(folds.flatMap(({ valid }) => [...valid]));
}

function sortTimes(times: FitTime[]): FitTime[] {
  return times.toSorted((a, b) => a.member - b.member || Number(a.part) - Number(b.part));
}
