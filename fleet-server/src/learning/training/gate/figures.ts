import { createRandom, deriveSeed } from '../../learners/index.ts';
import type { ChanceBound } from './chance.ts';
import { calibrationError, calibrationErrorByChance, calibrationLine } from '../measure/calibration.ts';
import type { CalibrationLine } from '../measure/calibration.ts';
import type { Scores } from '../measure/metrics.ts';
import { brier } from '../measure/metrics.ts';
import { pairedDifference } from '../measure/paired-difference.ts';
import type { PairedDifference } from '../measure/paired-difference.ts';
import { stratifiedAuc } from '../measure/stratified-auc.ts';
import { studentQuantile } from '../measure/student-quantile.ts';

/** What labels and scores alone tell; of a model trained here all of it is out of fold. */
export interface ScoreFigures {
  rows: number;
  /** Independent units the errors are computed over: rows, or groups under a group or time split. */
  clusters: number;
  /** Pairs within a stratum only: scores of different folds' models share no scale. */
  auc: number;
  aucStandardError: number;
  /** AUC that independent clusters reach by chance in one of twenty cases, selection paid for. */
  clusteredBound: number;
  brier: number;
  /** Of the share of label 1: in each fold's training rows, or in all rows. */
  brierOfBaseRate: number;
  /** Brier of the model minus Brier of the base rate, 95 % interval. */
  againstBaseRate: PairedDifference;
  calibrationError: number;
  /** What perfectly calibrated scores would show on these rows. */
  calibrationErrorByChance: number;
  calibrationLine: CalibrationLine;
}

export interface GateFigures extends ScoreFigures {
  chance: ChanceBound;
}

/** Rows as the gate weighs them, one element a row each. */
export interface ScoredRows {
  labels: Uint8Array;
  scores: Scores;
  /** Which model scored it. */
  strata: Int32Array;
  /** Equal numbers are not independent of each other. */
  clusters: Int32Array;
  /** The predictor to beat. */
  baseRates: Scores;
}

/**
 * Chance that the best of all configurations beats one half by luck. Looser than `CHANCE_LEVEL`: the configurations are
 * nearly one model, so that dividing by their number overcharges, and the other bounds must agree as well.
 */
const CLUSTERED_LEVEL = 0.05;

/** @param configurations how many were tried before this one was chosen */
export function measureScores(rows: ScoredRows, configurations: number, seed: number): ScoreFigures {
  const { labels, scores, strata, clusters, baseRates } = rows;
  const { auc, standardError, clusters: count } = stratifiedAuc(labels, scores, strata, clusters);
  const quantile = studentQuantile(1 - CLUSTERED_LEVEL / configurations, Math.max(1, count - 1));
  const paired = { metric: 'brier' as const, seed: deriveSeed(seed, 'paired'), clusters };
  const random = createRandom(deriveSeed(seed, 'calibration'));
  return {
    rows: labels.length,
    clusters: count,
    auc,
    aucStandardError: standardError,
    clusteredBound: 0.5 + quantile * standardError,
    brier: brier(labels, scores),
    brierOfBaseRate: brier(labels, baseRates),
    againstBaseRate: pairedDifference(labels, scores, baseRates, paired),
    calibrationError: calibrationError(labels, scores),
    calibrationErrorByChance: calibrationErrorByChance(scores, random),
    calibrationLine: calibrationLine(labels, scores),
  };
}
