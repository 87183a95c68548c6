import { LearnerError } from '../errors.ts';
import type { Task } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { logit, logLossOfMargin, sigmoid } from '../sigmoid.ts';
import type { StandardTargets } from '../targets.ts';
import { standardTargets } from '../targets.ts';

/** `quantile`: the value that so large a share of delays stays below; two of them make an interval. */
export type RegressionLoss = 'squared' | 'absolute' | { quantile: number };

/** What boosting lessens, and how far each row still is from it. Every row counts by its weight. */
export interface Loss {
  /** The best constant score for these rows. */
  baseOf(rows: Int32Array): number;
  setGradients(scores: Float64Array, gradients: Float64Array, hessians: Float64Array): void;
  meanOf(scores: Float64Array, rows: Int32Array): number;
  /** What a leaf adds to its rows, where the gradients only say in which direction. */
  leafOf?: (scores: Float64Array, rows: Int32Array) => number;
  /** How the scores become days again; absent for log-odds. */
  targets?: StandardTargets;
}

/** Throws `bad_parameter` for a regression loss of classes, or targets that are none. */
export function lossFor(task: Task, loss: RegressionLoss | undefined, matrix: Matrix): Loss {
  if (task === 'classification') {
    if (loss === undefined) return logLoss(matrix);
    const [field, expected] = ['boosting.loss', 'none: classes are learned by log-loss'];
    throw new LearnerError('bad_parameter', `${field} is ${JSON.stringify(loss)}, expected ${expected}`, {
      field,
      expected,
    });
  }
  const targets = standardTargets(matrix);
  if (loss === undefined || loss === 'squared')
    return { ...squaredLoss(targets.values, weightReader(matrix.weights)), targets };
  const share = loss === 'absolute' ? 0.5 : loss.quantile;
  return { ...quantileLoss(targets.values, matrix.weights, share), targets };
}

type WeightOf = (row: number) => number;

function weightReader(weights: Float64Array | undefined): WeightOf {
  return weights === undefined ? () => 1 : (row) => weights[row]!;
}

function logLoss({ labels, weights }: Matrix): Loss {
  const weightOf = weightReader(weights);
  return {
    baseOf: (rows) => logit(smoothedRate(labels, weightOf, rows)),
    setGradients(margins, gradients, hessians) {
      for (let row = 0; row < margins.length; row++) {
        const probability = sigmoid(margins[row]!);
        gradients[row] = probability - labels[row]!;
        hessians[row] = probability * (1 - probability);
      }
      if (weights !== undefined) weigh(gradients, hessians, weights);
    },
    meanOf: (margins, rows) => meanOver(rows, weightOf, (row) => logLossOfMargin(margins[row]!, labels[row]!)),
  };
}

function weigh(gradients: Float64Array, hessians: Float64Array, weights: Float64Array): void {
  for (let row = 0; row < weights.length; row++) {
    gradients[row]! *= weights[row]!;
    hessians[row]! *= weights[row]!;
  }
}

/** Share of label 1, kept off 0 and 1 so that the base stays finite on one class. */
function smoothedRate(labels: Uint8Array, weightOf: WeightOf, rows: Int32Array): number {
  let [late, all] = [0, 0];
  for (const row of rows) {
    late += weightOf(row) * labels[row]!;
    all += weightOf(row);
  }
  return late === 0 || late === all ? (late + 1) / (all + 2) : late / all;
}

function squaredLoss(targets: Float64Array, weightOf: WeightOf): Loss {
  return {
    baseOf: (rows) => meanOver(rows, weightOf, (row) => targets[row]!),
    setGradients(scores, gradients, hessians) {
      for (let row = 0; row < scores.length; row++) {
        const weight = weightOf(row);
        gradients[row] = weight * (scores[row]! - targets[row]!);
        hessians[row] = weight;
      }
    },
    meanOf: (scores, rows) => meanOver(rows, weightOf, (row) => (scores[row]! - targets[row]!) ** 2),
  };
}

/** Pinball loss (Koenker and Bassett 1978): its gradient knows the side alone, so leaves are set by their rows. */
function quantileLoss(targets: Float64Array, weights: Float64Array | undefined, share: number): Loss {
  const weightOf = weightReader(weights);
  const residuals = (rows: Int32Array, scores?: Float64Array): number => {
    const values = new Float64Array(rows.length);
    for (let at = 0; at < rows.length; at++) values[at] = targets[rows[at]!]! - (scores?.[rows[at]!] ?? 0);
    return weightedQuantile(values, weights && Float64Array.from(rows, weightOf), share);
  };
  return {
    baseOf: (rows) => residuals(rows),
    setGradients(scores, gradients, hessians) {
      for (let row = 0; row < scores.length; row++) {
        const weight = weightOf(row);
        gradients[row] = weight * (scores[row]! >= targets[row]! ? 1 - share : -share);
        hessians[row] = weight;
      }
    },
    meanOf: (scores, rows) =>
      meanOver(rows, weightOf, (row) => {
        const apart = targets[row]! - scores[row]!;
        return Math.max(share * apart, (share - 1) * apart);
      }),
    leafOf: (scores, rows) => residuals(rows, scores),
  };
}

/** The least value that so large a share of the weight does not exceed; halfway to the next where it is met exactly. */
export function weightedQuantile(values: Float64Array, weights: Float64Array | undefined, share: number): number {
  const [sorted, weightAt] = weights === undefined ? [values.toSorted(), () => 1] : sortTogether(values, weights);
  let wanted = 0;
  for (let at = 0; at < sorted.length; at++) wanted += share * weightAt(at);
  let seen = 0;
  for (let at = 0; at < sorted.length; at++) {
    seen += weightAt(at);
    // What is met exactly must not depend on how weights were rounded.
    if (Math.abs(seen - wanted) <= 1e-9 * wanted && at + 1 < sorted.length) return (sorted[at]! + sorted[at + 1]!) / 2;
    if (seen > wanted) return sorted[at]!;
  }
  return sorted.at(-1) ?? 0;
}

function sortTogether(values: Float64Array, weights: Float64Array): [Float64Array, (at: number) => number] {
  // Without weight a value is not there, not even as the next one.
  const order = Int32Array.from(values.keys())
    .filter((at) => weights[at]! > 0)
    .toSorted((a, b) => values[a]! - values[b]!);
  return [Float64Array.from(order, (at) => values[at]!), (at) => weights[order[at]!]!];
}

function meanOver(rows: Int32Array, weightOf: WeightOf, of: WeightOf): number {
  let [sum, total] = [0, 0];
  for (const row of rows) {
    sum += weightOf(row) * of(row);
    total += weightOf(row);
  }
  return total === 0 ? Infinity : sum / total;
}
