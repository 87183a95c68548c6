import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Algorithm, MemberParameters } from '../learners/index.ts';
import { foldOfValidRows, settingsOf, validRows } from './job-context.ts';
import type { Scores } from './measure/metrics.ts';
import { cheapestThreshold, checkCosts, type CostThreshold } from './measure/threshold.ts';
import type { Recalibration } from './recalibrate.ts';
import { foldLine, lineScaleOf, recalibrate } from './recalibrate.ts';
import { clusterRows } from './gate/cluster-rows.ts';
import type { JobContext } from './search/context.ts';
import { pick } from './search/context.ts';
import type { FitTime, SearchResult } from './search/search.ts';
import { type NotRun, runSearch } from './run-search.ts';
import type { SearchSettings, TrainOptions } from './settings.ts';
import { trialsOf, type Trial } from './trial.ts';

/** Scores of rows by models that never saw them, in order of folds; under the recalibration when there is one. */
export interface OutOfFold {
  refs: string[];
  scores: Scores;
  labels: Uint8Array;
  folds: Int32Array;
}

/** A configuration fitted on all rows, recalibrated where its out-of-fold scores show a gain. */
export interface FinishedModel {
  /** Index in `table` and `settings.members`. */
  chosen: number;
  algorithm: Algorithm;
  parameters: MemberParameters;
  model: FittedModel;
  outOfFold: OutOfFold;
  recalibration: Omit<Recalibration, 'scores'>;
}

export interface TrainingResult extends FinishedModel {
  table: Trial[];
  settings: SearchSettings;
  /** In order of member and fold; wall-clock, so not part of what is reproducible. */
  times: FitTime[];
  notRun: NotRun[];
  /** The best of every algorithm, when asked for. */
  finalists?: FinishedModel[];
  /** Where costs were given. */
  threshold?: CostThreshold;
}

/**
 * Searches by cross-validation under the dataset's split rule, fits the best configuration (mean Brier score) on all
 * rows, and recalibrates it where the out-of-fold scores show a gain. Same dataset and seed, same model bytes, whatever
 * the number of threads and however often it was ended and resumed from its journal.
 * Throws `too_few_rows`, `one_class`, `bad_value`, `bad_parameter`, `no_honest_split`, `nothing_ran`, `stopped`,
 * `journal_differs`, `journal_unreadable`.
 */
export async function train(dataset: Dataset, options: TrainOptions): Promise<TrainingResult> {
  if (options.costs !== undefined) checkCosts(options.costs);
  const settings = settingsOf(dataset, options, options.algorithms ?? ['logistic', 'boosting']);
  const ran = await runSearch(dataset, settings, options);
  const { context, search } = ran;
  const finished = ran.models.map(({ member, model }) => finish(dataset, context, settings, search, member, model));
  const best = finished.find(({ chosen }) => chosen === search.chosen)!;
  const { costs, seed } = options;
  const { labels, scores } = best.outOfFold;
  const clusters = clusterRows(dataset, validRows(context), settings.split);
  return {
    ...best,
    table: trialsOf(context, search),
    settings,
    times: ran.times,
    notRun: ran.notRun,
    ...(options.finalists === true ? { finalists: finished } : {}),
    ...(costs === undefined ? {} : { threshold: cheapestThreshold(labels, scores, costs, { clusters, seed }) }),
  };
}

function finish(
  dataset: Dataset,
  context: JobContext,
  settings: SearchSettings,
  search: SearchResult,
  member: number,
  model: FittedModel,
): FinishedModel {
  const outOfFold = joinFolds(dataset, context, search, member);
  const { labels, folds } = outOfFold;
  const inTime = settings.split === 'time';
  const { scores, ...recalibration } = recalibrate(labels, outOfFold.scores, folds, inTime, lineScaleOf(model));
  const { line } = recalibration;
  return {
    model: line === undefined ? model : foldLine(model, line),
    ...settings.members[member]!,
    chosen: member,
    outOfFold: { ...outOfFold, scores },
    recalibration,
  };
}

function joinFolds(dataset: Dataset, context: JobContext, { results }: SearchResult, member: number): OutOfFold {
  const rows = validRows(context);
  const result = results[member]!;
  const parts = 'scores' in result ? result.scores.slice(0, context.ownFolds) : [];
  return {
    refs: Array.from(rows, (row) => dataset.examples[row]!.ref),
    scores: Float64Array.from(parts.flatMap((part) => [...part])),
    labels: pick(context.table.labels, rows),
    folds: foldOfValidRows(context),
  };
}
