import type { Dataset } from '../../datasets/dataset.ts';
import { TrainingError } from '../errors.ts';
import { requireWithin } from '../../learners/index.ts';
import { chanceBound } from './chance.ts';
import type { GateFigures } from './figures.ts';
import { clusterRows, measureScores } from './figures.ts';
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

export interface GateVerdict {
  verdict: 'pass' | 'refuse';
  /** Why it was refused; empty for a pass. */
  reasons: GateReason[];
  figures: GateFigures;
}

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
  const clusters = clusterRows(dataset, validRows(context.folds), result.settings.split);
  const rows = { labels, scores, strata: folds, clusters, baseRates: baseRateScores(context) };
  const measured = measureScores(rows, context.members.length, seed);
  await using pool = openPool(context, { workers, signal });
  const chance = await chanceBound(context, pool, result.chosen, measured.auc, permutations);
  const figures: GateFigures = { ...measured, chance };
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

/** The predictor to beat: each fold's share of label 1 in its own training rows. */
function baseRateScores({ table, folds }: JobContext): Float64Array {
  return Float64Array.from(
    folds.flatMap(({ train, valid }) => {
      const late = train.reduce((sum, row) => sum + table.labels[row]!, 0);
      return Array<number>(valid.length).fill(late / train.length);
    }),
  );
}
