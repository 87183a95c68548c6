import { logit, logLossOfMargin, minimise, type SeededRandom, sigmoid } from '../../learners/index.ts';
import { rankOrder } from './metrics.ts';
import type { Scores } from './metrics.ts';

/** probability = sigmoid(slope · logit(score) + intercept); 1 and 0 mean calibrated. Over `score` there is no logit. */
export interface CalibrationLine {
  slope: number;
  intercept: number;
}

/** What a line is drawn over: the log-odds of the score, or the score itself. */
export type LineScale = 'log-odds' | 'score';

/** Platt's line by maximum likelihood, targets smoothed against one-sided samples (Platt 1999; Lin et al. 2007). */
export function calibrationLine(labels: Uint8Array, scores: Scores, over: LineScale = 'log-odds'): CalibrationLine {
  const rows = labels.length;
  const late = labels.reduce((sum, label) => sum + label, 0);
  const target = [1 / (rows - late + 2), (late + 1) / (late + 2)] as const;
  const margins = over === 'score' ? scores : scores.map(logit);
  const start = Float64Array.of(1, 0);
  const [slope, intercept] = minimise((point, gradient) => {
    let loss = 0;
    gradient.fill(0);
    for (let row = 0; row < rows; row++) {
      const margin = point[0]! * margins[row]! + point[1]!;
      const wanted = target[labels[row]!]!;
      const residual = (sigmoid(margin) - wanted) / rows;
      loss += logLossOfMargin(margin, wanted) / rows;
      gradient[0]! += residual * margins[row]!;
      gradient[1]! += residual;
    }
    return loss;
  }, start);
  return { slope: slope!, intercept: intercept! };
}

export function applyLine({ slope, intercept }: CalibrationLine, score: number, over: LineScale): number {
  return sigmoid(slope * (over === 'score' ? score : logit(score)) + intercept);
}

/**
 * Expected calibration error: rows in bins of equal size by score, mean |share of label 1 - mean score|.
 * Even a perfect model has some on few rows: compare with `calibrationErrorByChance`.
 */
export function calibrationError(labels: Uint8Array, scores: Scores, bins = 10): number {
  return binnedGap(rankOrder(scores), labels, scores, bins);
}

/** Mean calibration error over label draws from the scores themselves: what calibrated scores show on these rows. */
export function calibrationErrorByChance(scores: Scores, random: SeededRandom, draws = 50, bins = 10): number {
  const order = rankOrder(scores);
  const labels = new Uint8Array(scores.length);
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let row = 0; row < labels.length; row++) labels[row] = random.unit() < scores[row]! ? 1 : 0;
    sum += binnedGap(order, labels, scores, bins);
  }
  return sum / draws;
}

function binnedGap(order: Int32Array, labels: Uint8Array, scores: Scores, bins: number): number {
  let gaps = 0;
  for (let bin = 0; bin < bins; bin++) {
    const start = Math.round((bin * order.length) / bins);
    const end = Math.round(((bin + 1) * order.length) / bins);
    let gap = 0;
    for (let index = start; index < end; index++) gap += labels[order[index]!]! - scores[order[index]!]!;
    gaps += Math.abs(gap);
  }
  return gaps / order.length;
}
