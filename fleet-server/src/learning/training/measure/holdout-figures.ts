import type { Confusion } from './confusion.ts';
import { classFigures, confusionOf } from './confusion.ts';
import type { Scores } from './metrics.ts';
import { bootstrap, type Interval } from './resample.ts';
import { weightedAuc } from './weighted-auc.ts';

/** What probabilities come to on rows that their model never saw; 95 % intervals by bootstrap of clusters. */
export interface HoldoutFigures {
  rows: number;
  late: number;
  /** Independent units that the intervals are computed over. */
  clusters: number;
  threshold: number;
  accuracy: Interval;
  confusion: Confusion;
  classes: Record<'late' | 'inTime', Record<'precision' | 'recall' | 'f1', Interval>>;
  auc: Interval;
  brier: Interval;
  logLoss: Interval;
}

export interface HoldoutFiguresOptions {
  /** One number a row: equal numbers are not independent. */
  clusters: Int32Array;
  /** From which score on a row is said to be late. */
  threshold: number;
  seed: number;
}

export function holdoutFigures(labels: Uint8Array, scores: Scores, options: HoldoutFiguresOptions): HoldoutFigures {
  const { clusters, threshold, seed } = options;
  const squared = scores.map((score, row) => (score - labels[row]!) ** 2);
  const logs = scores.map(
    (score, row) => -Math.log(Math.min(1, Math.max(1e-15, labels[row] === 1 ? score : 1 - score))),
  );
  const aucOf = weightedAuc(labels, scores);
  const drawn = bootstrap(
    clusters,
    (weights) => {
      const confusion = confusionOf(labels, scores, threshold, weights);
      const { late, inTime } = classFigures(confusion);
      const { hits, misses, alarms, passes } = confusion;
      return {
        accuracy: (hits + passes) / (hits + misses + alarms + passes),
        auc: aucOf(weights),
        brier: weightedMean(squared, weights),
        logLoss: weightedMean(logs, weights),
        latePrecision: late.precision,
        lateRecall: late.recall,
        lateF1: late.f1,
        inTimePrecision: inTime.precision,
        inTimeRecall: inTime.recall,
        inTimeF1: inTime.f1,
      };
    },
    seed,
  );
  return {
    rows: labels.length,
    late: labels.reduce((sum, label) => sum + label, 0),
    clusters: new Set(clusters).size,
    threshold,
    accuracy: drawn.accuracy,
    confusion: confusionOf(labels, scores, threshold),
    classes: {
      late: { precision: drawn.latePrecision, recall: drawn.lateRecall, f1: drawn.lateF1 },
      inTime: { precision: drawn.inTimePrecision, recall: drawn.inTimeRecall, f1: drawn.inTimeF1 },
    },
    auc: drawn.auc,
    brier: drawn.brier,
    logLoss: drawn.logLoss,
  };
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!;
    total += weights[row]!;
  }
  return sum / total;
}
