import type { FittedModel } from '../../../supply/onnx/fitted-model.ts';
import type { Fold } from '../folds.ts';
import { fitBoosting } from '../learners/boosting.ts';
import { fitLogistic } from '../learners/logistic.ts';
import { probabilitiesOf } from '../learners/margins.ts';
import type { Member } from '../learners/parameters.ts';
import { createRandom, deriveSeed, shuffle } from '../learners/random.ts';
import type { Matrix, MatrixOptions } from '../matrix.ts';
import { buildMatrix, fitColumns } from '../matrix.ts';
import { brier } from '../measure/metrics.ts';
import type { Scores } from '../measure/metrics.ts';
import { stratifiedAuc } from '../measure/stratified-auc.ts';
import type { Table } from '../table.ts';
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

/** Runs one job to its end. Depends on context and job alone, so any thread gives the same answer. */
export function runJob<J extends Job>(context: JobContext, job: J): AnswerOf<J>;
export function runJob(context: JobContext, job: Job): JobAnswers[Job['kind']] {
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  switch (job.kind) {
    case 'fold': {
      const scores = scoreFold(context, job.member, job.fold, context.table.labels);
      return { scores, seconds: seconds() };
    }
    case 'refit': {
      const all = Int32Array.from({ length: context.table.rows }, (_, row) => row);
      const matrix = buildMatrix(context.table, fitColumns(context.table, all, context.matrix), all);
      const model = fitMember(matrix, context, job.member, 'refit');
      return { model, seconds: seconds() };
    }
    case 'chance':
      return { auc: chanceAuc(context, job.index, job.members) };
  }
}

function fitMember(matrix: Matrix, context: JobContext, member: number, part: string | number): FittedModel {
  const { algorithm, parameters } = context.members[member]!;
  if (algorithm === 'logistic') return fitLogistic(matrix, parameters);
  return fitBoosting(matrix, parameters, deriveSeed(context.seed, 'fit', member, part));
}

function scoreFold(context: JobContext, member: number, fold: number, labels: Uint8Array): Scores {
  const { table, folds } = context;
  const { train, valid } = folds[fold]!;
  const columns = fitColumns(table, train, context.matrix);
  const model = fitMember(buildMatrix(table, columns, train, labels), context, member, fold);
  return probabilitiesOf(model, buildMatrix(table, columns, valid, labels));
}

/** Out-of-fold AUC of the configuration that the same rule chooses when labels mean nothing. */
function chanceAuc(context: JobContext, index: number, members: number[]): number {
  const { folds, seed } = context;
  const labels = shuffle(context.table.labels.slice(), createRandom(deriveSeed(seed, 'chance', index)));
  const trials = members.map((member) => {
    const scores = folds.map((_, fold) => scoreFold(context, member, fold, labels));
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
