import type { Algorithm, MemberParameters } from '../learners/index.ts';
import { accuracy, brier, logLoss, meanAndDeviation, rocAuc } from './measure/metrics.ts';
import type { Scores } from './measure/metrics.ts';
import type { JobContext } from './search/context.ts';
import { pick } from './search/context.ts';
import type { MemberFailure, SearchResult } from './search/search.ts';

/** Figures of one configuration on one fold; `auc` is NaN when the fold's validation rows have one class. */
export interface FoldFigures {
  rowsTrain: number;
  rowsValid: number;
  accuracy: number;
  auc: number;
  brier: number;
  logLoss: number;
}

/** One configuration of the search with its out-of-fold figures; no timings, so equal seeds give equal tables. */
export interface Trial {
  algorithm: Algorithm;
  parameters: MemberParameters;
  folds: FoldFigures[];
  auc: { mean: number; sd: number };
  brier: { mean: number; sd: number };
  /** Share of the training rows it was last tried on, when a halving search dropped it before it had all. */
  share?: number;
  /** Why it has no figures; its means are NaN then. */
  failed?: MemberFailure;
}

/** The table of a search, in order of members. */
export function trialsOf(context: JobContext, { results }: SearchResult): Trial[] {
  return context.members.map(({ algorithm, parameters }, member) => {
    const result = results[member]!;
    const failed = 'failed' in result;
    const folds = failed ? [] : result.scores.map((scores, fold) => figuresOf(context, fold, result.rung, scores));
    const share = failed ? 1 : context.rungs[result.rung]!.share;
    return {
      algorithm,
      parameters,
      folds,
      auc: meanAndDeviation(folds.map(({ auc }) => auc)),
      brier: meanAndDeviation(folds.map((figures) => figures.brier)),
      ...(share < 1 ? { share } : {}),
      ...(failed ? { failed: result.failed } : {}),
    };
  });
}

function figuresOf({ table, folds, rungs }: JobContext, fold: number, rung: number, scores: Scores): FoldFigures {
  const labels = pick(table.labels, folds[fold]!.valid);
  return {
    rowsTrain: rungs[rung]!.train[fold]!.length,
    rowsValid: labels.length,
    accuracy: accuracy(labels, scores),
    auc: rocAuc(labels, scores),
    brier: brier(labels, scores),
    logLoss: logLoss(labels, scores),
  };
}
