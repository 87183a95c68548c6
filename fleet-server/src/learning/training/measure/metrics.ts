/** Labels are 0 or 1, scores are probabilities of 1, both row by row. */
export type Scores = Float64Array;

/**
 * Area under the ROC curve: the share of (1, 0) pairs in the right order, ties counting half, exact.
 * NaN when a class is absent.
 */
export function rocAuc(labels: Uint8Array, scores: Scores): number {
  const order = rankOrder(scores);
  let pairs = 0;
  let negatives = 0;
  let positives = 0;
  for (let index = 0; index < order.length;) {
    const score = scores[order[index]!]!;
    let tiedPositives = 0;
    let tied = 0;
    for (; index < order.length && scores[order[index]!] === score; index++, tied++) {
      tiedPositives += labels[order[index]!]!;
    }
    const tiedNegatives = tied - tiedPositives;
    pairs += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  }
  return pairs / (positives * negatives);
}

/** Rows from the lowest to the highest score. */
export function rankOrder(scores: Scores): Int32Array {
  return Int32Array.from(scores.keys()).toSorted((a, b) => scores[a]! - scores[b]! || a - b);
}

/** Mean squared error of the probability. */
export function brier(labels: Uint8Array, scores: Scores): number {
  return meanOver(labels, (label, row) => (scores[row]! - label) ** 2);
}

/** Mean negative log-likelihood; probabilities are kept 1e-15 off 0 and 1. */
export function logLoss(labels: Uint8Array, scores: Scores): number {
  return meanOver(labels, (label, row) => {
    const right = label === 1 ? scores[row]! : 1 - scores[row]!;
    return -Math.log(Math.min(1, Math.max(1e-15, right)));
  });
}

/** Share of rows on the right side of the threshold; a score at the threshold counts as 1. */
export function accuracy(labels: Uint8Array, scores: Scores, threshold = 0.5): number {
  return meanOver(labels, (label, row) => (scores[row]! >= threshold === (label === 1) ? 1 : 0));
}

function meanOver(labels: Uint8Array, figure: (label: number, row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += figure(labels[row]!, row);
  return sum / labels.length;
}

/** Mean and standard deviation (n - 1) of the finite values; NaN when there are none. */
export function meanAndDeviation(values: Iterable<number>): { mean: number; sd: number } {
  const finite = [...values].filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: finite.length < 2 ? 0 : Math.sqrt(squares / (finite.length - 1)) };
}
