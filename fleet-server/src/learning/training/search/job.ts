import type { FittedModel } from '../../../supply/onnx/fitted-model.ts';
import {
  buildMatrix,
  deriveSeed,
  fitColumns,
  fitMember,
  type Matrix,
  probabilitiesOf,
  valuesOf,
} from '../../learners/index.ts';
import { rowWeights } from '../class-weights.ts';
import type { Scores } from '../measure/metrics.ts';
import { chanceFigure, type FoldScorer } from './chance-draw.ts';
import type { JobContext, Truth } from './context.ts';
import { ownTruth, pick } from './context.ts';

/** `chance` runs the search again on answers dealt anew; `members` says which configurations take part. */
export type Job =
  | { kind: 'fold'; member: number; fold: number; rung: number }
  | { kind: 'refit'; member: number }
  | { kind: 'chance'; index: number; members: number[] };

/** Answers by kind of job: scores of the fold's validation rows, the final model, the figure that chance reached. */
export interface JobAnswers {
  fold: { scores: Scores; seconds: number };
  refit: { model: FittedModel; seconds: number };
  /** AUC within folds; of a regression its skill, see `skillOf`. */
  chance: { figure: number };
}

export type AnswerOf<J extends Job> = JobAnswers[J['kind']];

export type JobRunner = <J extends Job>(job: J) => AnswerOf<J>;

/**
 * Runs jobs to their end. An answer depends on context and job alone, so any thread gives the same one. The matrices of
 * a fold are kept from job to job: they hold no label, so members and shuffles share them.
 */
export function createJobRunner(context: JobContext): JobRunner {
  const { table, folds, rungs, matrix: options } = context;
  const prepared = new Map<string, PreparedFold>();
  const prepare = (fold: number, rung: number): PreparedFold => {
    const key = `${rung}/${fold}`;
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const train = rungs[rung]!.train[fold]!;
    const columns = fitColumns(table, train, options);
    const matrices = {
      train: buildMatrix(table, columns, train),
      valid: buildMatrix(table, columns, folds[fold]!.valid),
    };
    prepared.set(key, matrices);
    return matrices;
  };
  const scoreFold: FoldScorer = (member, fold, rung, truth) => {
    const { train, valid } = prepare(fold, rung);
    // The last rung keeps the seed that a search without rungs has.
    const part = rung === rungs.length - 1 ? [fold] : [fold, 'rung', rung];
    const model = fitPart(withTruth(train, truth, rungs[rung]!.train[fold]!, context), context, member, part);
    return answersOf(model, valid);
  };
  const truth = ownTruth(context);
  const run = (job: Job): JobAnswers[Job['kind']] => {
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1000;
    switch (job.kind) {
      case 'fold': {
        const scores = scoreFold(job.member, job.fold, job.rung, truth);
        return { scores, seconds: seconds() };
      }
      case 'refit': {
        const all = Int32Array.from({ length: table.rows }, (_, row) => row);
        const whole = buildMatrix(table, fitColumns(table, all, options), all);
        const model = fitPart(withTruth(whole, truth, all, context), context, job.member, ['refit']);
        return { model, seconds: seconds() };
      }
      case 'chance':
        return { figure: chanceFigure(context, scoreFold, job.index, job.members) };
    }
  };
  return run as JobRunner;
}

interface PreparedFold {
  train: Matrix;
  valid: Matrix;
}

function withTruth(matrix: Matrix, truth: Truth, rows: Int32Array, { classWeight }: JobContext): Matrix {
  const labels = pick(truth.labels, rows);
  return {
    ...matrix,
    labels,
    ...(truth.targets === undefined ? {} : { targets: Float32Array.from(rows, (row) => truth.targets![row]!) }),
    ...(classWeight === undefined ? {} : { weights: rowWeights(labels, classWeight) }),
  };
}

function fitPart(matrix: Matrix, context: JobContext, member: number, part: (string | number)[]): FittedModel {
  const seed = deriveSeed(context.seed, 'fit', member, ...part);
  const task = context.regression === undefined ? 'classification' : 'regression';
  return fitMember(context.members[member]!, matrix, { task, seed, sites: context.sites });
}

/** Probabilities of label 1, or days; the matrix must have been built with the model's own columns. */
export function answersOf(model: FittedModel, matrix: Matrix): Scores {
  // A learner may add columns of its own to those that were fitted, such as sets of levels.
  const own = { ...matrix, columns: model.columns };
  return model.answer === 'value' ? valuesOf(model, own) : probabilitiesOf(model, own);
}
