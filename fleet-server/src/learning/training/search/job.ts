import type { FittedModel } from '../../../supply/onnx/fitted-model.ts';
import type { Fold } from '../folds.ts';
import { brier } from '../measure/metrics.ts';
import type { Scores } from '../measure/metrics.ts';
import { stratifiedAuc } from '../measure/stratified-auc.ts';
import {
  buildMatrix,
  createRandom,
  deriveSeed,
  fitColumns,
  fitMember,
  type Matrix,
  type MatrixOptions,
  type Member,
  probabilitiesOf,
  shuffle,
  type Table,
} from '../../learners/index.ts';
import { chooseMember } from './choose.ts';

/** What every job of one training reads; handed to each worker once. */
export interface JobContext {
  table: Table;
  folds: Fold[];
  members: Member[];
  matrix: MatrixOptions;
  seed: number;
}

/** `chance` runs the search again on labels dealt anew; `members` says which configurations take part. */
export type Job =
  | { kind: 'fold'; member: number; fold: number }
  | { kind: 'refit'; member: number }
  | { kind: 'chance'; index: number; members: number[] };

/** Answers by kind of job: scores of the fold's validation rows, the final model, the AUC that chance reached. */
export interface JobAnswers {
  fold: { scores: Scores; seconds: number };
  refit: { model: FittedModel; seconds: number };
  chance: { auc: number };
}

export type AnswerOf<J extends Job> = JobAnswers[J['kind']];

export type JobRunner = <J extends Job>(job: J) => AnswerOf<J>;

/**
 * Runs jobs to their end. An answer depends on context and job alone, so any thread gives the same one. The matrices of
 * a fold are kept from job to job: they hold no label, so members and shuffles share them.
 */
export function createJobRunner(context: JobContext): JobRunner {
  const { table, folds, matrix: options } = context;
  const prepared: PreparedFold[] = [];
  const prepare = (fold: number): PreparedFold => {
    const { train, valid } = folds[fold]!;
    const columns = fitColumns(table, train, options);
    return { train: buildMatrix(table, columns, train), valid: buildMatrix(table, columns, valid) };
  };
  const scoreFold: FoldScorer = (member, fold, labels) => {
    const { train, valid } = (prepared[fold] ??= prepare(fold));
    const model = fitPart({ ...train, labels: pick(labels, folds[fold]!.train) }, context, member, fold);
    return probabilitiesOf(model, valid);
  };
  const run = (job: Job): JobAnswers[Job['kind']] => {
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    switch (job.kind) {
      case 'fold': {
        const scores = scoreFold(job.member, job.fold, table.labels);
        return { scores, seconds: seconds() };
      }
      case 'refit': {
        const all = Int32Array.from({ length: table.rows }, (_, row) => row);
        const whole = buildMatrix(table, fitColumns(table, all, options), all);
        const model = fitPart(whole, context, job.member, 'refit');
        return { model, seconds: seconds() };
      }
      case 'chance':
        return { auc: chanceAuc(context, scoreFold, job.index, job.members) };
    }
  };
  return run as JobRunner;
}

interface PreparedFold {
  train: Matrix;
  valid: Matrix;
}

/** Scores of a fold's validation rows by a member fitted on its training rows under the given labels of the table. */
type FoldScorer = (member: number, fold: number, labels: Uint8Array) => Scores;

function fitPart(matrix: Matrix, context: JobContext, member: number, part: string | number): FittedModel {
  const seed = deriveSeed(context.seed, 'fit', member, part);
  return fitMember(context.members[member]!, matrix, { task: 'classification', seed });
}

/** Out-of-fold AUC of the configuration that the same rule chooses when labels mean nothing. */
function chanceAuc(context: JobContext, scoreFold: FoldScorer, index: number, members: number[]): number {
  const { folds, seed } = context;
  const labels = shuffle(context.table.labels.slice(), createRandom(deriveSeed(seed, 'chance', index)));
  const trials = members.map((member) => {
    const scores = folds.map((_, fold) => scoreFold(member, fold, labels));
    const briers = folds.map(({ valid }, fold) => brier(pick(labels, valid), scores[fold]!));
    return { scores, briers };
  });
  const { scores } = trials[chooseMember(trials.map(({ briers }) => briers))]!;
  const rows = folds.flatMap(({ valid }) => [...valid]);
  const strata = Int32Array.from(folds.flatMap(({ valid }, fold) => Array<number>(valid.length).fill(fold)));
  const joined = Float64Array.from(scores.flatMap((part) => [...part]));
  return stratifiedAuc(pick(labels, Int32Array.from(rows)), joined, strata, Int32Array.from(rows)).auc;
}

/** The labels of `rows`, in that order. */
export function pick(labels: Uint8Array, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => labels[row]!);
}
