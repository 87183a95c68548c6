import type { Dataset } from '../../datasets/dataset.ts';
import { accuracy, rankOrder, rocAuc } from '../measure/metrics.ts';
import type { Scores } from '../measure/metrics.ts';
import { assertTrainable } from '../job-context.ts';
import { createRandom, deriveSeed, shuffle } from '../../learners/index.ts';
import type { ChanceBound } from './chance.ts';
import { CHANCE_LEVEL } from './chance.ts';
import type { GateFigures } from './figures.ts';
import { clusterRows } from './cluster-rows.ts';
import { measureScores } from './figures.ts';
import { explain } from './reasons.ts';
import type { GateReason } from './reasons.ts';

/** What this gate cannot know of a model that was not trained here. It refuses nothing. */
export interface NotJudged {
  code: 'not_judged';
  /** Begins with `not judged:`. */
  sentence: string;
}

export interface ScoresVerdict {
  verdict: 'pass' | 'refuse';
  reasons: (GateReason | NotJudged)[];
  figures: GateFigures;
  /** Share of right answers at one half, and of the commoner label. */
  accuracy: number;
  majority: number;
}

export interface JudgeOptions {
  seed: number;
  /** False for a model whose answer is a value: then only its order counts. */
  probabilities: boolean;
}

const PERMUTATIONS = 999;
/** Those that hold of any score; the others compare probabilities. */
const OF_ORDER: ReadonlySet<GateReason['code']> = new Set([
  'not_better_than_chance',
  'not_better_than_chance_by_group',
]);

/**
 * The quality gate for scores whose model was made elsewhere: the bounds of `qualityGate` with the share of label 1 of
 * all rows as the predictor to beat, and labels permuted over its scores for the chance level.
 * @param scores one for each example of the dataset
 * @throws TrainingError `too_few_rows`, `one_class`
 */
export function judgeScores(dataset: Dataset, scores: Scores, { seed, probabilities }: JudgeOptions): ScoresVerdict {
  assertTrainable(dataset);
  const labels = Uint8Array.from(dataset.examples, ({ label }) => label);
  const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const all = Int32Array.from(labels.keys());
  const rows = {
    labels,
    scores,
    strata: new Int32Array(labels.length),
    clusters: clusterRows(dataset, all, dataset.split),
    baseRates: new Float64Array(labels.length).fill(rate),
  };
  const figures = { ...measureScores(rows, 1, seed), chance: permutedBound(labels, scores, seed) };
  const missed = explain(figures).filter(({ code }) => probabilities || OF_ORDER.has(code));
  return {
    verdict: missed.length === 0 ? 'pass' : 'refuse',
    reasons: [...missed, ...notJudged(probabilities)],
    figures,
    accuracy: accuracy(labels, scores),
    majority: Math.max(rate, 1 - rate),
  };
}

function notJudged(probabilities: boolean): NotJudged[] {
  const sentences = [
    'not judged: whether the model was trained on rows of this dataset; if so, its figures flatter it.',
    'not judged: how many models were tried before this one was chosen; the bounds count one.',
    ...(probabilities ? [] : ['not judged: calibration and the base rate; the answer of the model is no probability.']),
  ];
  return sentences.map((sentence) => ({ code: 'not_judged', sentence }));
}

/** AUC that these scores reach with labels dealt anew, exceeded in one of a hundred cases. */
function permutedBound(labels: Uint8Array, scores: Scores, seed: number): ChanceBound {
  // Ranks give the same areas as the scores, and sort once.
  const ranks = ranksOf(scores);
  const random = createRandom(deriveSeed(seed, 'permuted'));
  const dealt = labels.slice();
  const draws = Array.from({ length: PERMUTATIONS }, () => areaOf(ranks, shuffle(dealt, random)));
  const allowed = Math.floor(CHANCE_LEVEL * (PERMUTATIONS + 1)) - 1;
  const bound = Number.isNaN(rocAuc(labels, scores)) ? Number.NaN : draws.toSorted((a, b) => b - a)[allowed]!;
  return { method: 'permuted', draws: PERMUTATIONS, configurations: 1, bound };
}

/** From 1, the mean of their places for equal scores. */
function ranksOf(scores: Scores): Float64Array {
  const order = rankOrder(scores);
  const ranks = new Float64Array(scores.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Mann–Whitney: the area under the ROC curve from rank sums. */
function areaOf(ranks: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  let positives = 0;
  labels.forEach((label, row) => {
    sum += label * ranks[row]!;
    positives += label;
  });
  return (sum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}
