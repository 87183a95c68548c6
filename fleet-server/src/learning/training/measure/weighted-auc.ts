import type { Scores } from './metrics.ts';
import { rankOrder } from './metrics.ts';

/** Area under the ROC curve with rows counted by weight. Sorted once, so that a sample costs one pass. */
export function weightedAuc(labels: Uint8Array, scores: Scores): (weights: Float64Array) => number {
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
