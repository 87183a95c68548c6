import type { FittedModel } from '../../../supply/onnx/fitted-model.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { type Algorithm, ALGORITHMS, LEARNERS, type Member, type MemberParameters } from '../../learners/index.ts';
import { datasetVersion } from '../../datasets/version.ts';
import { TrainingError } from '../errors.ts';
import { foldOfValidRows, settingsOf, validRows } from '../job-context.ts';
import { meanAndDeviation } from '../measure/metrics.ts';
import type { Scores } from '../measure/metrics.ts';
import { dayFigures, type DayFigures } from '../measure/regression-figures.ts';
import type { TargetLoss } from '../measure/target-loss.ts';
import { type NotRun, runSearch } from '../run-search.ts';
import type { JobContext } from '../search/context.ts';
import type { FitTime, MemberFailure, SearchResult } from '../search/search.ts';
import type { RegressionOptions, SearchSettings } from '../settings.ts';

/** Values of rows by models that never saw them, in order of folds. */
export interface OutOfFoldDays {
  refs: string[];
  values: Scores;
  targets: Float64Array;
  folds: Int32Array;
}

export interface RegressionTrial {
  algorithm: Algorithm;
  parameters: MemberParameters;
  folds: (DayFigures & { rowsTrain: number; rowsValid: number })[];
  mae: { mean: number; sd: number };
  rmse: { mean: number; sd: number };
  share?: number;
  failed?: MemberFailure;
}

export interface FinishedRegression {
  chosen: number;
  algorithm: Algorithm;
  parameters: MemberParameters;
  model: FittedModel;
  outOfFold: OutOfFoldDays;
}

export interface RegressionResult extends FinishedRegression {
  table: RegressionTrial[];
  settings: SearchSettings & { loss: TargetLoss };
  times: FitTime[];
  notRun: NotRun[];
  finalists?: FinishedRegression[];
}

/** Algorithms that learn numbers, in the order of the registry. */
export const REGRESSION_ALGORITHMS = ALGORITHMS.filter((name) => LEARNERS[name].tasks.includes('regression'));

/**
 * The rows whose delay is known; the version is that of these rows. Rows still open have none: what is learned is the
 * delay of what was finished, which is said on the card.
 */
export function rowsWithDelay(dataset: Dataset): Dataset {
  const examples = dataset.examples.filter(({ delayDays }) => delayDays !== undefined);
  if (examples.length === dataset.examples.length) return dataset;
  if (examples.length > 0) return { ...dataset, examples, version: datasetVersion({ ...dataset, examples }) };
  throw new TrainingError('no_targets', 'No row of the dataset says by how many days it was late.', {
    kind: 'refused',
    field: 'delay',
    expected: 'a reader that knows planned and actual finish, or the role `delay` for a column of days',
  });
}

/**
 * As `train`, for delay days: folds are levelled by quantiles of the delay, the least mean loss over folds is chosen.
 * Give it `rowsWithDelay`. Throws what `train` throws, and `no_targets`.
 */
export async function trainRegression(dataset: Dataset, options: RegressionOptions): Promise<RegressionResult> {
  const { loss = 'absolute' } = options;
  if (typeof loss === 'object' && !(loss.quantile > 0 && loss.quantile < 1)) {
    throw new TrainingError('bad_parameter', `The quantile is ${loss.quantile}.`, {
      field: 'loss.quantile',
      expected: 'a number between 0 and 1',
    });
  }
  const base = settingsOf(dataset, options, options.algorithms ?? REGRESSION_ALGORITHMS);
  const settings = { ...base, members: base.members.map((member) => withQuantile(member, loss)), loss };
  const ran = await runSearch(dataset, settings, options);
  const { context, search } = ran;
  const finished = ran.models.map(({ member, model }): FinishedRegression => {
    const outOfFold = joinFolds(dataset, context, search, member);
    return { ...settings.members[member]!, chosen: member, model, outOfFold };
  });
  return {
    ...finished.find(({ chosen }) => chosen === search.chosen)!,
    table: trialsOf(context, search, loss),
    settings,
    times: ran.times,
    notRun: ran.notRun,
    ...(options.finalists === true ? { finalists: finished } : {}),
  };
}

/**
 * Boosting fits the quantile that is asked for. For absolute errors it stays with squared ones unless its parameters say
 * otherwise: gradients that know the side alone take more trees than the grid has.
 */
function withQuantile(member: Member, loss: TargetLoss): Member {
  if (member.algorithm !== 'boosting' || typeof loss !== 'object' || member.parameters.loss !== undefined) {
    return member;
  }
  // What boosting takes: beyond, a leaf would need more rows than it has.
  const quantile = Math.min(0.99, Math.max(0.01, loss.quantile));
  return { ...member, parameters: { ...member.parameters, loss: { quantile } } };
}

function joinFolds(dataset: Dataset, context: JobContext, { results }: SearchResult, member: number): OutOfFoldDays {
  const rows = validRows(context);
  const result = results[member]!;
  const parts = 'scores' in result ? result.scores.slice(0, context.ownFolds) : [];
  return {
    refs: Array.from(rows, (row) => dataset.examples[row]!.ref),
    values: Float64Array.from(parts.flatMap((part) => [...part])),
    targets: targetsOf(context, rows),
    folds: foldOfValidRows(context),
  };
}

function trialsOf(context: JobContext, { results }: SearchResult, loss: TargetLoss): RegressionTrial[] {
  return context.members.map(({ algorithm, parameters }, member) => {
    const result = results[member]!;
    const failed = 'failed' in result;
    const rung = failed ? undefined : context.rungs[result.rung]!;
    const folds = failed
      ? []
      : result.scores.map((values, fold) => {
          const { valid } = context.folds[fold]!;
          const sizes = { rowsTrain: rung!.train[fold]!.length, rowsValid: valid.length };
          return { ...sizes, ...dayFigures(targetsOf(context, valid), values, loss) };
        });
    return {
      algorithm,
      parameters,
      folds,
      mae: meanAndDeviation(folds.map(({ mae }) => mae)),
      rmse: meanAndDeviation(folds.map(({ rmse }) => rmse)),
      ...(rung !== undefined && rung.share < 1 ? { share: rung.share } : {}),
      ...(failed ? { failed: result.failed } : {}),
    };
  });
}

function targetsOf({ regression }: JobContext, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => regression!.targets[row]!);
}
