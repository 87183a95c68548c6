import { createRandom, requireWithin } from '../../learners/index.ts';
import type { Scores } from './metrics.ts';
import { clusterSampler, quantileOf, rowSampler } from './resample.ts';
import { weightedAuc } from './weighted-auc.ts';

export interface PairedOptions {
  metric: 'auc' | 'brier';
  seed: number;
  /** Bootstrap samples. Default 1000. */
  samples?: number;
  /** Coverage of the interval. Default 0.95. */
  level?: number;
  /** One number per row: rows of a cluster are drawn together. Default: every row by itself. */
  clusters?: Int32Array;
}

export interface PairedDifference {
  /** metric(a) - metric(b) in the metric's own sense: for AUC a plus, for Brier a minus is good for `a`. */
  difference: number;
  low: number;
  high: number;
  /** Share of samples in which `a` is the better one, ties counting half. */
  pBetter: number;
}

/** Paired percentile bootstrap of a difference between two score vectors on the same rows (Efron & Tibshirani 1993). */
export function pairedDifference(labels: Uint8Array, a: Scores, b: Scores, options: PairedOptions): PairedDifference {
  const measure = options.metric === 'auc' ? aucDifference(labels, a, b) : brierDifference(labels, a, b);
  return resample(labels.length, measure, options.metric === 'auc' ? 1 : -1, options);
}

/** The same of two vectors of losses, one a row: a minus is good for `a`. */
export function pairedLosses(
  a: Float64Array,
  b: Float64Array,
  options: Omit<PairedOptions, 'metric'>,
): PairedDifference {
  return resample(a.length, meanOf(a.map((loss, row) => loss - b[row]!)), -1, options);
}

function resample(
  rows: number,
  measure: WeightedDifference,
  better: 1 | -1,
  { seed, samples = 1000, level = 0.95, clusters }: Omit<PairedOptions, 'metric'>,
): PairedDifference {
  requireWithin('samples', samples, 100, 100_000, true);
  requireWithin('level', level, 0.5, 0.9999);
  const draw = clusters === undefined ? rowSampler(rows) : clusterSampler(clusters);
  const random = createRandom(seed);
  const weights = new Float64Array(rows);
  const drawn: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    draw(weights, random);
    const difference = measure(weights);
    // A sample of one class has no AUC; it says nothing about the difference.
    if (!Number.isNaN(difference)) drawn.push(difference);
  }
  drawn.sort((left, right) => left - right);
  const wins = drawn.reduce((sum, value) => sum + (value === 0 ? 0.5 : value * better > 0 ? 1 : 0), 0);
  return {
    difference: measure(weights.fill(1)),
    low: quantileOf(drawn, (1 - level) / 2),
    high: quantileOf(drawn, (1 + level) / 2),
    pBetter: wins / drawn.length,
  };
}

type WeightedDifference = (weights: Float64Array) => number;

function brierDifference(labels: Uint8Array, a: Scores, b: Scores): WeightedDifference {
  return meanOf(a.map((score, row) => (score - labels[row]!) ** 2 - (b[row]! - labels[row]!) ** 2));
}

function meanOf(differences: Float64Array): WeightedDifference {
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < weights.length; row++) {
      sum += weights[row]! * differences[row]!;
      total += weights[row]!;
    }
    return sum / total;
  };
}

function aucDifference(labels: Uint8Array, a: Scores, b: Scores): WeightedDifference {
  const [ofA, ofB] = [weightedAuc(labels, a), weightedAuc(labels, b)];
  return (weights) => ofA(weights) - ofB(weights);
}
