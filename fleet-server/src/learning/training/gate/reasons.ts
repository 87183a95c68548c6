import type { GateFigures } from './figures.ts';

export type GateReasonCode =
  | 'not_better_than_base_rate'
  | 'not_better_than_chance'
  | 'not_better_than_chance_by_group'
  | 'badly_calibrated'
  /** Something is wrong with the rows that makes every figure false; `value` counts such findings. */
  | 'rows_not_honest';

/** One bound that was missed, with the numbers that decided. */
export interface GateReason {
  code: GateReasonCode;
  sentence: string;
  value: number;
  bound: number;
}

/**
 * Calibration error beyond what calibrated scores show on as many rows. Wide enough for the drift between the years of
 * real cohorts, which no line learned from the past removes: 0.05 on the school construction schedules.
 */
export const CALIBRATION_TOLERANCE = 0.1;

/** The bounds missed, as sentences. A figure that could not be computed (NaN) misses its bound. */
export function explain(figures: GateFigures): GateReason[] {
  const reasons: GateReason[] = [];
  const { againstBaseRate, auc, chance, clusteredBound } = figures;
  if (!(againstBaseRate.high < 0)) {
    reasons.push({
      code: 'not_better_than_base_rate',
      sentence:
        `Always predicting the base rate is as good: Brier ${show(figures.brier)} against ` +
        `${show(figures.brierOfBaseRate)}, difference ${show(againstBaseRate.low)} to ${show(againstBaseRate.high)}.`,
      value: againstBaseRate.high,
      bound: 0,
    });
  }
  if (!(auc > chance.bound)) {
    reasons.push({
      code: 'not_better_than_chance',
      sentence:
        `${chance.method === 'permuted' ? 'Shuffling the labels' : 'Training on shuffled labels'} does as well: AUC ${show(auc)}, ` +
        `reached by chance up to ${show(chance.bound)} (${chance.draws} ${chance.draws === 1 ? 'shuffle' : 'shuffles'}).`,
      value: auc,
      bound: chance.bound,
    });
  }
  if (!(auc > clusteredBound)) {
    reasons.push({
      code: 'not_better_than_chance_by_group',
      sentence:
        `AUC ${show(auc)} could be luck over ${figures.clusters} independent rows or groups: ` +
        `${show(clusteredBound)} would be needed.`,
      value: auc,
      bound: clusteredBound,
    });
  }
  const bound = figures.calibrationErrorByChance + CALIBRATION_TOLERANCE;
  if (!(figures.calibrationError <= bound)) {
    reasons.push({
      code: 'badly_calibrated',
      sentence: `Probabilities are off by ${show(figures.calibrationError)} on average, allowed are ${show(bound)}.`,
      value: figures.calibrationError,
      bound,
    });
  }
  return reasons;
}

function show(figure: number): string {
  return figure.toFixed(3);
}
