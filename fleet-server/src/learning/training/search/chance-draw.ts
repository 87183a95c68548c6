import { createRandom, deriveSeed, shuffle } from '../../learners/index.ts';
import type { Scores } from '../measure/metrics.ts';
import { stratifiedAuc } from '../measure/stratified-auc.ts';
import { constantFor, meanLoss } from '../measure/target-loss.ts';
import type { JobContext, Truth } from './context.ts';
import { pick } from './context.ts';
import { planSearch } from './plan.ts';

/** Answers to a fold's validation rows by a member fitted on a rung's training rows under the given truth. */
export type FoldScorer = (member: number, fold: number, rung: number, truth: Truth) => Scores;

/** Mean loss of a fold's validation rows: Brier, or the loss of the regression. */
export function foldLoss({ folds, regression }: JobContext, fold: number, scores: Scores, truth: Truth): number {
  const { valid } = folds[fold]!;
  const wanted = regression === undefined ? truth.labels : truth.targets!;
  return meanLoss(
    Float64Array.from(valid, (row) => wanted[row]!),
    scores,
    regression?.loss ?? 'squared',
  );
}

/** Mean over folds; undefined when a model answered something that is no number. */
export function meanOfFolds(losses: readonly number[]): number | undefined {
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  return Number.isFinite(mean) ? mean : undefined;
}

/** Out-of-fold figure of the configuration that the same search chooses when answers mean nothing. */
export function chanceFigure(context: JobContext, scoreFold: FoldScorer, index: number, members: number[]): number {
  const truth = dealTruth(context, index);
  const { folds, rungs, factor } = context;
  const algorithms = context.members.map(({ algorithm }) => algorithm);
  const plan = planSearch(algorithms, members, rungs.length, factor);
  let scores = new Map<number, Scores[]>();
  let step = plan.next();
  while (!step.done) {
    const { rung, members: asked } = step.value;
    scores = new Map(asked.map((member) => [member, folds.map((_, fold) => scoreFold(member, fold, rung, truth))]));
    const losses = asked.map((member) =>
      meanOfFolds(scores.get(member)!.map((part, fold) => foldLoss(context, fold, part, truth))),
    );
    step = plan.next(losses);
  }
  const { chosen } = step.value;
  return chosen === undefined ? 0 : figureOf(context, scores.get(chosen)!, truth);
}

/** Labels and days dealt anew over all rows, together. */
function dealTruth({ table, regression, seed }: JobContext, index: number): Truth {
  const random = createRandom(deriveSeed(seed, 'chance', index));
  if (regression === undefined) return { labels: shuffle(table.labels.slice(), random), targets: undefined };
  const order = shuffle(Int32Array.from(table.labels.keys()), random);
  return { labels: pick(table.labels, order), targets: Float32Array.from(order, (row) => regression.targets[row]!) };
}

/** What the gate compares with chance: AUC within the folds of the first repeat, or the skill of a regression. */
export function figureOf(context: JobContext, scores: readonly Scores[], truth: Truth): number {
  if (context.regression !== undefined) return skillOf(context, scores, truth);
  const folds = context.folds.slice(0, context.ownFolds);
  const rows = Int32Array.from(folds.flatMap(({ valid }) => [...valid]));
  const strata = Int32Array.from(folds.flatMap(({ valid }, fold) => Array<number>(valid.length).fill(fold)));
  const joined = Float64Array.from(scores.slice(0, context.ownFolds).flatMap((part) => [...part]));
  return stratifiedAuc(pick(truth.labels, rows), joined, strata, rows).auc;
}

/** 1 − loss ÷ loss of the best constant of each fold's training rows: 0 is as good as the constant, 1 is perfect. */
function skillOf(context: JobContext, scores: readonly Scores[], truth: Truth): number {
  const { loss } = context.regression!;
  const sums = context.folds.slice(0, context.ownFolds).map(({ train, valid }, fold) => {
    const learned = Float64Array.from(train, (row) => truth.targets![row]!);
    const constant = new Float64Array(valid.length).fill(constantFor(learned, loss));
    const wanted = Float64Array.from(valid, (row) => truth.targets![row]!);
    return [meanLoss(wanted, scores[fold]!, loss) * valid.length, meanLoss(wanted, constant, loss) * valid.length];
  });
  const total = (at: number): number => sums.reduce((sum, pair) => sum + pair[at]!, 0);
  return 1 - total(0) / total(1);
}
