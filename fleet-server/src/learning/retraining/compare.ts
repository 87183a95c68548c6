import { openBundle, type ActivityRecord } from '@plumbline/shared/manifest';
import type { ModelTrial } from '@plumbline/shared/predict';
import { sha256Hex } from '@plumbline/shared/trust';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { scoresOf, type VersionSummary } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { inputsOf, OUTPUT } from '../pipelines/index.ts';
import type { Dataset, Example } from '../datasets/index.ts';
import { brier, pairedDifference, rocAuc, train, type TrainOptions } from '../training/index.ts';

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
  sentence: string;
}

/** Two-sided 90 %: a candidate is published when it is better with 95 % confidence. */
const LEVEL = 0.9;

/**
 * Candidate against champion on the newest matured cohort: the newer half of the labels that became known since the
 * champion was trained. For this test the candidate is trained on everything known before that half, so neither has
 * seen it; by due date, never by "whatever finished first".
 */
export async function compareWithChampion(
  deps: { trial: ModelTrial; artifacts: ArtifactStore },
  dataset: Dataset,
  champion: VersionSummary,
  championTrainedAt: number,
  options: TrainOptions,
): Promise<Comparison> {
  const fresh = dataset.examples
    .filter((example) => example.knownAt >= championTrainedAt)
    .toSorted((a, b) => a.knownAt - b.knownAt);
  const from = fresh[Math.floor(fresh.length / 2)]?.knownAt ?? championTrainedAt;
  const cohort = fresh.filter((example) => example.knownAt >= from);
  const before = { ...dataset, examples: dataset.examples.filter((example) => example.knownAt < from) };
  const { model } = await train(before, options);
  const candidate = await scoresOf(
    deps.trial,
    { bytes: exportModel(model), inputs: inputsOf(model, dataset.features), output: OUTPUT },
    cohort.map(recordOf),
  );
  return judge(cohort, await scoresOfVersion(deps, champion, cohort.map(recordOf)), candidate, options.seed);
}

/** Scores of a registered version on records, by its own bundle, in a trial process. */
export async function scoresOfVersion(
  deps: { trial: ModelTrial; artifacts: ArtifactStore },
  version: VersionSummary,
  records: ActivityRecord[],
): Promise<number[]> {
  const [variant] = version.variants;
  if (variant === undefined || records.length === 0) return [];
  const bundle = await openBundle(await deps.artifacts.get(variant.archive), async (bytes) => sha256Hex(bytes));
  return scoresOf(deps.trial, { bytes: bundle.model, ...bundle.manifest }, records);
}

export function recordOf(example: Example): ActivityRecord {
  return { activity: example.ref, values: example.values, asOf: example.startAt };
}

function judge(cohort: Example[], champion: number[], candidate: number[], seed: number): Comparison {
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
