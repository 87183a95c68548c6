import { createRandom } from '../../learners/index.ts';
import { quantileOf } from '../measure/resample.ts';
import { studentQuantile } from '../measure/student-quantile.ts';

export interface MeanInterval {
  mean: number;
  low: number;
  high: number;
}

/**
 * Mean over rows and its 95 % interval; rows of one cluster count as one piece of evidence.
 * NaN bounds with fewer than two clusters.
 */
export function clusteredMean(values: Float64Array, clusters: Int32Array): MeanInterval {
  const parts = partsOf(values, clusters);
  const { mean, error } = estimate(parts, new Float64Array(parts.length).fill(1));
  if (parts.length < 2) return { mean, low: Number.NaN, high: Number.NaN };
  const half = studentQuantile(0.975, parts.length - 1) * error;
  return { mean, low: mean - half, high: mean + half };
}

const SAMPLES = 1999;

/**
 * The same by bootstrap of the studentised mean (Efron & Tibshirani 1993, chapter 12), which knows that losses are skewed:
 * the mean of few groups is mostly below that of a long tail, and its error is small just then. Never narrower than
 * Student's.
 */
export function skewedMean(values: Float64Array, clusters: Int32Array, seed: number): MeanInterval {
  const plain = clusteredMean(values, clusters);
  const parts = partsOf(values, clusters);
  const { mean, error } = estimate(parts, new Float64Array(parts.length).fill(1));
  if (!(error > 0)) return plain;
  const random = createRandom(seed);
  const weights = new Float64Array(parts.length);
  const drawn: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    weights.fill(0);
    for (let draw = 0; draw < parts.length; draw++) weights[random.below(parts.length)]! += 1;
    const other = estimate(parts, weights);
    // A sample of one cluster alone has no error: it lies beyond any bound, on its own side.
    const miss = other.mean - mean;
    if (other.error > 0 || miss !== 0) drawn.push(other.error > 0 ? miss / other.error : miss * Number.MAX_VALUE);
  }
  drawn.sort((a, b) => a - b);
  return {
    mean,
    low: Math.min(plain.low, mean - quantileOf(drawn, 0.975) * error),
    high: Math.max(plain.high, mean - quantileOf(drawn, 0.025) * error),
  };
}

interface Part {
  rows: number;
  sum: number;
}

function partsOf(values: Float64Array, clusters: Int32Array): Part[] {
  const parts = new Map<number, Part>();
  values.forEach((value, row) => {
    const part = parts.get(clusters[row]!) ?? { rows: 0, sum: 0 };
    part.rows += 1;
    part.sum += value;
    parts.set(clusters[row]!, part);
  });
  return [...parts.values()];
}

/** Mean over rows, and its error by how much the clusters move it (Liang & Zeger 1986). */
function estimate(parts: readonly Part[], weights: Float64Array): { mean: number; error: number } {
  let [rows, sum] = [0, 0];
  parts.forEach((part, at) => {
    rows += weights[at]! * part.rows;
    sum += weights[at]! * part.sum;
  });
  const mean = sum / rows;
  let squares = 0;
  parts.forEach((part, at) => (squares += weights[at]! * (part.sum - mean * part.rows) ** 2));
  const count = parts.length;
  return { mean, error: count < 2 ? Number.NaN : Math.sqrt((squares * count) / (count - 1)) / rows };
}
