import { brier, logLoss, meanAndDeviation, rocAuc } from '../measure/metrics.ts';
import type { Scores } from '../measure/metrics.ts';
import { type Algorithm, type MemberParameters } from '../../learners/index.ts';
import { chooseMember } from './choose.ts';
import type { JobContext } from './job.ts';
import { pick } from './job.ts';
import type { JobPool } from './pool.ts';

/** Figures of one configuration on one fold; `auc` is NaN when the fold's validation rows have one class. */
export interface FoldFigures {
  rowsTrain: number;
  rowsValid: number;
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
}

export interface FitTime {
  member: number;
  /** Fold number, or `refit` for the fit on all rows. */
  part: number | 'refit';
  seconds: number;
}

export interface SearchResult {
  table: Trial[];
  /** Index into table and members. */
  chosen: number;
  /** Of the chosen member, per fold in the order of its validation rows. */
  scores: Scores[];
  times: FitTime[];
}

/** Fits every member on every fold and chooses by mean Brier score; `onFit` is told after each fit. */
export async function searchGrid(context: JobContext, pool: JobPool, onFit: () => void): Promise<SearchResult> {
  const { members, folds, table } = context;
  const times: FitTime[] = [];
  const scores = await Promise.all(
    members.map((_, member) =>
      Promise.all(
        folds.map(async (_fold, fold) => {
          const answer = await pool.run({ kind: 'fold', member, fold });
          times.push({ member, part: fold, seconds: answer.seconds });
          onFit();
          return answer.scores;
        }),
      ),
    ),
  );
  const trials = members.map(({ algorithm, parameters }, member): Trial => {
    const figures = folds.map(({ train, valid }, fold): FoldFigures => {
      const labels = pick(table.labels, valid);
      const part = scores[member]![fold]!;
      return {
        rowsTrain: train.length,
        rowsValid: valid.length,
        auc: rocAuc(labels, part),
        brier: brier(labels, part),
        logLoss: logLoss(labels, part),
      };
    });
    return {
      algorithm,
      parameters,
      folds: figures,
      auc: meanAndDeviation(figures.map(({ auc }) => auc)),
      brier: meanAndDeviation(figures.map((figure) => figure.brier)),
    };
  });
  const chosen = chooseMember(trials.map((trial) => trial.folds.map((figure) => figure.brier)));
  return { table: trials, chosen, scores: scores[chosen]!, times };
}
