import type { Dataset } from '../../datasets/dataset.ts';
import { requireWithin, TrainingError } from '../errors.ts';
import type { ChanceBound } from './chance.ts';
import { chanceBound } from './chance.ts';
import { createRandom, deriveSeed } from '../learners/random.ts';
import { calibrationError, calibrationErrorByChance, calibrationLine } from '../measure/calibration.ts';
import type { CalibrationLine } from '../measure/calibration.ts';
import { brier } from '../measure/metrics.ts';
import { pairedDifference } from '../measure/paired-difference.ts';
import type { PairedDifference } from '../measure/paired-difference.ts';
import { stratifiedAuc } from '../measure/stratified-auc.ts';
import { studentQuantile } from '../measure/student-quantile.ts';
import { openPool } from '../search/pool.ts';
import { jobContext, validRows } from '../train.ts';
import type { TrainingResult } from '../train.ts';
import type { JobContext } from '../search/job.ts';
import { explain } from './reasons.ts';
import type { GateReason } from './reasons.ts';

export interface GateOptions {
  seed: number;
  /** Most retrainings on permuted labels, at least 4; fewer when rows are many. Default 99. */
  permutations?: number;
  /** Threads; 0 works in the calling thread. Default 1. The verdict does not depend on it. */
  workers?: number;
  signal?: AbortSignal;
}

/** All figures are out of fold. */
export interface GateFigures {
  rows: number;
  /** Independent units the errors are computed over: rows, or groups under a group or time split. */
  clusters: number;
  /** Pairs within a fold only: scores of different folds' models share no scale. */
  auc: number;
  aucStandardError: number;
  /** AUC that independent clusters reach by chance in one of twenty cases, selection paid for. */
  clusteredBound: number;
  chance: ChanceBound;
  brier: number;
  /** Of the share of label 1 in each fold's training rows. */
  brierOfBaseRate: number;
  /** Brier of the model minus Brier of the base rate, 95 % interval. */
  againstBaseRate: PairedDifference;
  calibrationError: number;
  /** What perfectly calibrated scores would show on these rows. */
  calibrationErrorByChance: number;
  calibrationLine: CalibrationLine;
}

export interface GateVerdict {
  verdict: 'pass' | 'refuse';
  /** Why it was refused; empty for a pass. */
  reasons: GateReason[];
  figures: GateFigures;
}

/**
 * Chance that the best of all configurations beats one half by luck. Looser than `CHANCE_LEVEL`: the configurations are
 * nearly one model, so that dividing by their number overcharges, and (1) and (2) must agree as well.
 */
const CLUSTERED_LEVEL = 0.05;

/** Below this many groups under a time split, rows are taken as independent: a handful of clusters measures nothing. */
const MIN_TIME_GROUPS = 10;

/**
 * Decides whether a trained model may be registered, from out-of-fold scores alone. It must (1) beat the base rate on
 * Brier with an interval that excludes zero, (2) beat the AUC of its own procedure on permuted labels at 99 %, (3) beat
 * one half by a cluster-robust error (Obuchowski 1997), (4) be calibrated. The search tried several
 * configurations on the same folds, which flatters the best: (2) pays for it, see `ChanceBound`, and (3) is held at
 * 5 % / configurations. (1) needs no charge: fitted noise is worse than the base rate, not equal to it.
 * Throws `too_few_rows`, `one_class`, `wrong_dataset`, `bad_parameter`, `stopped`, `worker_failed`.
 */
export async function qualityGate(
  result: TrainingResult,
  dataset: Dataset,
  options: GateOptions,
): Promise<GateVerdict> {
  const { seed, permutations = 99, workers = 1, signal } = options;
  requireWithin('seed', seed, 0, 0xffff_ffff, true);
  requireWithin('permutations', permutations, 4, 9999, true);
  requireSameDataset(result, dataset);
  const context = { ...jobContext(dataset, result.settings), seed };
  const { labels, scores, folds } = result.outOfFold;
  const clusters = clusterRows(dataset, context, result.settings.split);
  const configurations = context.members.length;

  const { auc, standardError, clusters: count } = stratifiedAuc(labels, scores, folds, clusters);
  const clusteredBound =
    0.5 + studentQuantile(1 - CLUSTERED_LEVEL / configurations, Math.max(1, count - 1)) * standardError;
  await using pool = openPool(context, { workers, signal });
  const chance = await chanceBound(context, pool, result.chosen, auc, permutations);

  const baseRates = baseRateScores(context);
  const paired = { metric: 'brier' as const, seed: deriveSeed(seed, 'paired'), clusters };
  const random = createRandom(deriveSeed(seed, 'calibration'));
  const figures: GateFigures = {
    rows: labels.length,
    clusters: count,
    auc,
    aucStandardError: standardError,
    clusteredBound,
    chance,
    brier: brier(labels, scores),
    brierOfBaseRate: brier(labels, baseRates),
    againstBaseRate: pairedDifference(labels, scores, baseRates, paired),
    calibrationError: calibrationError(labels, scores),
    calibrationErrorByChance: calibrationErrorByChance(scores, random),
    calibrationLine: calibrationLine(labels, scores),
  };
  const reasons = explain(figures);
  return { verdict: reasons.length === 0 ? 'pass' : 'refuse', reasons, figures };
}

function requireSameDataset({ settings }: TrainingResult, { version }: Dataset): void {
  if (settings.datasetVersion === version) return;
  throw new TrainingError('wrong_dataset', `The result was trained on dataset ${settings.datasetVersion}.`, {
    field: 'dataset.version',
    expected: settings.datasetVersion,
  });
}

/** One number per out-of-fold row; equal numbers are not independent of each other. */
function clusterRows(dataset: Dataset, { folds }: JobContext, split: Dataset['split']): Int32Array {
  const rows = validRows(folds);
  const names = Array.from(rows, (row) => dataset.examples[row]!.group);
  const numberOf = new Map([...new Set(names)].map((name, index) => [name, index]));
  const grouped = split === 'group' || (split === 'time' && numberOf.size >= MIN_TIME_GROUPS);
  return grouped ? Int32Array.from(names, (name) => numberOf.get(name)!) : rows;
}

/** The predictor to beat: each fold's share of label 1 in its own training rows. */
function baseRateScores({ table, folds }: JobContext): Float64Array {
  return Float64Array.from(
    folds.flatMap(({ train, valid }) => {
      const late = train.reduce((sum, row) => sum + table.labels[row]!, 0);
      return Array<number>(valid.length).fill(late / train.length);
    }),
  );
}
