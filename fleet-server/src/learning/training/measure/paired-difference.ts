import { createRandom, requireWithin, type SeededRandom } from '../../learners/index.ts';
import { rankOrder } from './metrics.ts';
import type { Scores } from './metrics.ts';

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
  const { metric, seed, samples = 1000, level = 0.95, clusters } = options;
  requireWithin('samples', samples, 100, 100_000, true);
  requireWithin('level', level, 0.5, 0.9999);
  const measure = metric === 'auc' ? aucDifference(labels, a, b) : brierDifference(labels, a, b);
  const draw = clusters === undefined ? rowSampler(labels.length) : clusterSampler(clusters);
  const random = createRandom(seed);
  const weights = new Float64Array(labels.length);
  const drawn: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    draw(weights, random);
    const difference = measure(weights);
    // A sample of one class has no AUC; it says nothing about the difference.
    if (!Number.isNaN(difference)) drawn.push(difference);
  }
  drawn.sort((left, right) => left - right);
  const better = metric === 'auc' ? 1 : -1;
  const wins = drawn.reduce((sum, value) => sum + (value === 0 ? 0.5 : value * better > 0 ? 1 : 0), 0);
  return {
    difference: measure(weights.fill(1)),
    low: quantile(drawn, (1 - level) / 2),
    high: quantile(drawn, (1 + level) / 2),
    pBetter: wins / drawn.length,
  };
}

type Sampler = (weights: Float64Array, random: SeededRandom) => void;

function rowSampler(rows: number): Sampler {
  return (weights, random) => {
    weights.fill(0);
    for (let draw = 0; draw < rows; draw++) weights[random.below(rows)]! += 1;
  };
}

function clusterSampler(clusters: Int32Array): Sampler {
  const members = [...Map.groupBy(clusters.keys(), (row) => clusters[row]!).values()];
  return (weights, random) => {
    weights.fill(0);
    for (let draw = 0; draw < members.length; draw++) {
      for (const row of members[random.below(members.length)]!) weights[row]! += 1;
    }
  };
}

type WeightedDifference = (weights: Float64Array) => number;

function brierDifference(labels: Uint8Array, a: Scores, b: Scores): WeightedDifference {
  const differences = a.map((score, row) => (score - labels[row]!) ** 2 - (b[row]! - labels[row]!) ** 2);
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

/** Sorted once, so that a sample costs one pass. */
function weightedAuc(labels: Uint8Array, scores: Scores): WeightedDifference {
  const order = rankOrder(scores);
  return (weights) => {
    let pairs = 0;
    let negatives = 0;
    let positives = 0;
    for (let index = 0; index < order.length;) {
      const score = scores[order[index]!];
      const tied = [0, 0] as [number, number];
      for (; index < order.length && scores[order[index]!] === score; index++) {
        tied[labels[order[index]!]!]! += weights[order[index]!]!;
      }
      pairs += tied[1] * (negatives + tied[0] / 2);
      negatives += tied[0];
      positives += tied[1];
    }
    return pairs / (positives * negatives);
  };
}

function quantile(sorted: number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
