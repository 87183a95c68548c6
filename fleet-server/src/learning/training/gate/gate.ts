import type { Dataset } from '../../datasets/dataset.ts';
import { TrainingError } from '../errors.ts';
import { requireWithin } from '../../learners/index.ts';
import { chanceBound } from './chance.ts';
import type { GateFigures } from './figures.ts';
import { clusterRows } from './cluster-rows.ts';
import { measureScores } from './figures.ts';
import { journaledPool, journalKey, type TrialJournal } from '../journal/journal.ts';
import { type JobPool, openPool } from '../search/pool.ts';
import type { SearchSettings } from '../settings.ts';
import { jobContext, validRows } from '../job-context.ts';
import type { TrainingResult } from '../train.ts';
import type { JobContext } from '../search/context.ts';
import { explain } from './reasons.ts';
import type { GateReason } from './reasons.ts';

export interface GateOptions {
  seed: number;
  /** Most retrainings on permuted labels, at least 4; fewer when rows are many. Default 99. */
  permutations?: number;
  /** Threads; 0 works in the calling thread. Default 1. The verdict does not depend on it. */
  workers?: number;
  signal?: AbortSignal;
  /** Heap of one thread in MB. Default 2048. */
  memoryMb?: number;
  /** Keeps finished draws beside the jobs of the search. */
  journal?: TrialJournal;
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
  const { seed, permutations = 99 } = options;
  requireWithin('seed', seed, 0, 0xffff_ffff, true);
  requireWithin('permutations', permutations, 4, 9999, true);
  requireSameDataset(result, dataset);
  const context = { ...jobContext(dataset, result.settings), seed };
  const { labels, scores, folds } = result.outOfFold;
  const clusters = clusterRows(dataset, validRows(context), result.settings.split);
  const rows = { labels, scores, strata: folds, clusters, baseRates: baseRateScores(context) };
  // What was declined or failed took no part in the choice; what a halving search dropped early did, and is paid for.
  const members = [...result.table.keys()].filter((member) => result.table[member]!.failed === undefined);
  const measured = measureScores(rows, members.length, seed);
  await using pool = await chancePool(context, result.settings, options);
  const search = { members, chosen: result.chosen, figure: measured.auc, permutations };
  const chance = await chanceBound(context, pool, search);
  const figures: GateFigures = { ...measured, chance };
  const reasons = explain(figures);
  return { verdict: reasons.length === 0 ? 'pass' : 'refuse', reasons, figures };
}

/** The threads of a gate; its draws stand in the journal of the search they repeat. */
export async function chancePool(
  context: JobContext,
  settings: SearchSettings,
  options: GateOptions,
): Promise<JobPool> {
  const { workers = 1, signal, memoryMb, journal, seed } = options;
  const own = openPool(context, { workers, signal, memoryMb });
  if (journal === undefined) return own;
  try {
    return await journaledPool(own, journal, journalKey(settings), seed);
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}

function requireSameDataset({ settings }: TrainingResult, { version }: Dataset): void {
  if (settings.datasetVersion === version) return;
  throw new TrainingError('wrong_dataset', `The result was trained on dataset ${settings.datasetVersion}.`, {
    field: 'dataset.version',
    expected: settings.datasetVersion,
  });
}

/** The predictor to beat: each fold's share of label 1 in its own training rows. */
function baseRateScores({ table, folds, ownFolds }: JobContext): Float64Array {
  return Float64Array.from(
    folds.slice(0, ownFolds).flatMap(({ train, valid }) => {
      const late = train.reduce((sum, row) => sum + table.labels[row]!, 0);
      return Array<number>(valid.length).fill(late / train.length);
    }),
  );
}
