import { valueEdges } from '@plumbline/shared/drift';
import type { GraphOutput } from '@plumbline/shared/manifest';
import type { Metric } from '../../../supply/models/index.ts';
import type { Dataset } from '../../datasets/index.ts';
import {
  judgeDays,
  judgeScores,
  logLoss,
  rowsWithDelay,
  type DaysVerdict,
  type ScoresVerdict,
} from '../../training/index.ts';
import { LATE } from '../describe-model.ts';
import { DAYS, lossOfOutput } from './days.ts';
import { skillBy } from './describe-delay.ts';

/** What a model made elsewhere is worth on rows whose outcomes are known. */
export interface ForeignJudgement {
  gate: ScoresVerdict | DaysVerdict;
  /** For its run. */
  figures: Record<string, number>;
  /** For its card. */
  metrics: Record<string, number>;
  /** What the encodings are judged by. */
  labels: string[];
  metric: Metric;
  baseRate?: number;
  scoreEdges?: number[];
}

/** Days are judged on rows that have a delay. @throws TrainingError `no_targets` */
export function rowsToJudge(output: GraphOutput, dataset: Dataset): Dataset {
  return output.kind === 'value' && output.unit === DAYS ? rowsWithDelay(dataset) : dataset;
}

/**
 * Days are held against days. Any other value is judged by the order it puts late and in time in, as nothing else is
 * known of it; of chances the chance counts.
 * @param dataset from `rowsToJudge`
 */
export function judgeForeign(
  output: GraphOutput,
  dataset: Dataset,
  scores: Float64Array,
  seed: number,
): ForeignJudgement {
  if (output.kind === 'value' && output.unit === DAYS) {
    const loss = lossOfOutput(output);
    const gate = judgeDays(dataset, scores, { seed, loss });
    const { mae, rmse, r2 } = gate.days;
    return {
      gate,
      figures: { mae, rmse, r2 },
      metrics: { rows: gate.figures.rows, ...gate.days },
      labels: dataset.examples.map(({ delayDays }) => String(delayDays)),
      metric: skillBy(loss),
      scoreEdges: valueEdges([...scores]),
    };
  }
  const probabilities = output.kind === 'classes' && scores.every((score) => score >= 0 && score <= 1);
  const gate = judgeScores(dataset, scores, { seed, probabilities });
  const labels = Uint8Array.from(dataset.examples, ({ label }) => label);
  const { auc, brier, rows } = gate.figures;
  return {
    gate,
    figures: probabilities ? { auc, brier } : { auc },
    metrics: {
      rows,
      auc,
      ...(probabilities
        ? {
            brier,
            logLoss: logLoss(labels, scores),
            accuracy: gate.accuracy,
            accuracyOfMajority: gate.majority,
          }
        : {}),
    },
    labels: Array.from(labels, String),
    metric: LATE,
    baseRate: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    ...(output.kind === 'value' ? { scoreEdges: valueEdges([...scores]) } : {}),
  };
}
