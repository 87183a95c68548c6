import { openBundle, type ActivityRecord } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import type { ArtifactStore, ModelLab } from '../../platform/ports/index.ts';
import { scoresOf, type VersionSummary } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { inputsOf, OUTPUT, recordOf } from '../pipelines/index.ts';
import type { Dataset, Example } from '../datasets/index.ts';
import { brier, pairedDifference, rocAuc, train, type TrainingResult, type TrainOptions } from '../training/index.ts';

export interface Comparison {
  /** Rows of the cohort neither model has seen, and the period in which they became known. */
  rows: number;
  from: number;
  to: number;
  champion: { auc: number; brier: number };
  candidate: { auc: number; brier: number };
  /** Brier of the champion minus Brier of the candidate: positive is an improvement. */
  improvement: number;
  low: number;
  high: number;
  level: number;
  winner: 'candidate' | 'champion';
  /** What the candidate was trained with. */
  configuration: Required<Pick<TrainOptions, 'algorithms' | 'grid'>>;
  sentence: string;
}

/** Two-sided 90 %: a candidate is published when it is better with 95 % confidence. */
const LEVEL = 0.9;

/** Blocks of the new labels, in order of time; the first is what the first candidate learns from. */
const BLOCKS = 4;

/**
 * Candidate against champion on the matured cohorts that are newer than the champion, one after the other (prequential;
 * Dawid 1984): for each block of labels a candidate learns from everything known before the block began and is scored
 * on it beside the champion, so neither has seen the rows it is judged by. Which configuration the candidate takes is
 * searched once, before the first of these blocks.
 */
export async function compareWithChampion(
  deps: { lab: ModelLab; artifacts: ArtifactStore },
  dataset: Dataset,
  champion: VersionSummary,
  championTrainedAt: number,
  options: TrainOptions,
): Promise<Comparison> {
  const fresh = dataset.examples
    .filter((example) => example.knownAt >= championTrainedAt)
    .toSorted((a, b) => a.knownAt - b.knownAt || (a.ref < b.ref ? -1 : 1));
  let chosen = options;
  const cohort: Example[] = [];
  const candidate: number[] = [];
  for (let block = 1; block < BLOCKS; block += 1) {
    const from = knownAtShare(fresh, block / BLOCKS);
    const to = block + 1 === BLOCKS ? Infinity : knownAtShare(fresh, (block + 1) / BLOCKS);
    const rows = fresh.filter((example) => example.knownAt >= from && example.knownAt < to);
    const before = { ...dataset, examples: dataset.examples.filter((example) => example.knownAt < from) };
    const trained = await train(before, chosen);
    chosen = only(trained, options);
    const model = {
      bytes: exportModel(trained.model),
      inputs: inputsOf(trained.model, dataset.features),
      output: OUTPUT,
    };
    cohort.push(...rows);
    candidate.push(...(await scoresOf(deps.lab, model, rows.map(recordOf))));
  }
  const verdict = judge(cohort, await scoresOfVersion(deps, champion, cohort.map(recordOf)), candidate, options.seed);
  return { ...verdict, configuration: { algorithms: chosen.algorithms ?? [], grid: chosen.grid ?? {} } };
}

function knownAtShare(fresh: readonly Example[], share: number): number {
  return fresh[Math.floor(fresh.length * share)]?.knownAt ?? Infinity;
}

/** Options that train the chosen configuration again, without another search. */
function only({ algorithm, parameters }: TrainingResult, options: TrainOptions): TrainOptions {
  return { ...options, algorithms: [algorithm], grid: { [algorithm]: [parameters] } };
}

/** Scores of a registered version on records, by its own bundle, in a trial process. */
export async function scoresOfVersion(
  deps: { lab: ModelLab; artifacts: ArtifactStore },
  version: VersionSummary,
  records: ActivityRecord[],
): Promise<number[]> {
  const [variant] = version.variants;
  if (variant === undefined || records.length === 0) return [];
  const bundle = await openBundle(await deps.artifacts.get(variant.archive), async (bytes) => sha256Hex(bytes));
  return scoresOf(deps.lab, { bytes: bundle.model, ...bundle.manifest }, records);
}

function judge(
  cohort: Example[],
  champion: number[],
  candidate: number[],
  seed: number,
): Omit<Comparison, 'configuration'> {
  const labels = Uint8Array.from(cohort, (example) => example.label);
  const [a, b] = [Float64Array.from(candidate), Float64Array.from(champion)];
  const paired = pairedDifference(labels, a, b, { metric: 'brier', seed, level: LEVEL });
  const [improvement, low, high] = [-paired.difference, -paired.high, -paired.low];
  const winner = low > 0 ? 'candidate' : 'champion';
  const figures = {
    champion: { auc: rocAuc(labels, b), brier: brier(labels, b) },
    candidate: { auc: rocAuc(labels, a), brier: brier(labels, a) },
  };
  const interval = `${low.toFixed(4)} … ${high.toFixed(4)}`;
  return {
    rows: cohort.length,
    from: cohort[0]?.knownAt ?? 0,
    to: cohort.at(-1)?.knownAt ?? 0,
    ...figures,
    improvement,
    low,
    high,
    level: LEVEL,
    winner,
    sentence:
      winner === 'candidate'
        ? `the candidate is better: Brier improves by ${improvement.toFixed(4)} (${interval}, ${cohort.length} rows)`
        : `not surely better: Brier changes by ${improvement.toFixed(4)} (${interval}, ${cohort.length} rows)`,
  };
}
