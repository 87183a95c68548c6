import type { ArtifactStore, ModelLab } from '../../platform/ports/index.ts';
import type { VersionSummary } from '../../supply/models/index.ts';
import { recordOf } from '../pipelines/index.ts';
import type { Dataset, Example } from '../datasets/index.ts';
import { brier, clusterRows, pairedDifference, rocAuc, train, type TrainOptions } from '../training/index.ts';
import { BLOCKS, blocksOf, only } from './blocks.ts';
import { RetrainingError } from './errors.ts';
import { scoresOfTrained, scoresOfVersion } from './score.ts';
import { sliceLosses, type SliceLoss } from './slices.ts';

export interface Comparison {
  /** Rows of the cohort neither model has seen, and the period in which they became known. */
  rows: number;
  /** Groups of rows that are alike: what is drawn together in the test. */
  clusters: number;
  from: number;
  to: number;
  champion: { auc: number; brier: number };
  candidate: { auc: number; brier: number };
  /** Brier of the champion minus Brier of the candidate: positive is an improvement. */
  improvement: number;
  low: number;
  high: number;
  level: number;
  /** How the candidate does on parts of the cohort; empty without a limit. */
  slices: SliceLoss[];
  winner: 'candidate' | 'champion';
  /** What the candidate was trained with. */
  configuration: Required<Pick<TrainOptions, 'algorithms' | 'grid'>>;
  sentence: string;
}

export interface ComparisonRules {
  /** One-sided level at which a candidate is better. Default 0.05. */
  level?: number;
  /** Smaller improvements of Brier are none. Default 0. */
  minimumGain?: number;
  /**
   * Where a change was found: a candidate that did no worse on the cohort, by Brier and by AUC, and whose Brier is
   * surely no worse than by this, wins. Rows of
   * before the change say little for the champion, and the candidate has learned from more and from newer ones.
   */
  tolerance?: number;
  /** By how much Brier may surely not be worse in any slice; without it slices are not looked at. */
  sliceLimit?: number;
  /** Rows that a candidate of that moment learns from. Default: all that are known. */
  windowOf?: (known: Dataset, now: number) => Dataset;
}

/** Fewer new labels than these leave blocks that say nothing. */
const LEAST_LABELS = 80;
const MOST_SAMPLES = 20_000;

/**
 * Candidate against champion on the matured cohorts that are newer than the champion, one after the other (prequential;
 * Dawid 1984): for each block of labels a candidate learns from everything known before the block began and is scored
 * on it beside the champion, so neither has seen the rows it is judged by. Which configuration the candidate takes is
 * searched once, before the first of these blocks. Rows of a group are drawn together.
 * @param knownBefore the champion has seen no label that became known from then on, ms
 * @throws RetrainingError `too_few_labels`
 */
export async function compareWithChampion(
  deps: { lab: ModelLab; artifacts: ArtifactStore },
  dataset: Dataset,
  champion: VersionSummary,
  knownBefore: number,
  options: TrainOptions,
  rules: ComparisonRules = {},
): Promise<Comparison> {
  const { fresh, starts } = blocksOf(dataset, knownBefore);
  requireLabels(fresh);
  let chosen = options;
  const cohort: Example[] = [];
  const candidate: number[] = [];
  for (let block = 1; block < BLOCKS; block += 1) {
    const from = starts[block] ?? Infinity;
    const to = starts[block + 1] ?? Infinity;
    const rows = fresh.filter((example) => example.knownAt >= from && example.knownAt < to);
    const before = { ...dataset, examples: dataset.examples.filter((example) => example.knownAt < from) };
    const trained = await train(rules.windowOf?.(before, from) ?? before, chosen);
    chosen = only(trained, options);
    cohort.push(...rows);
    candidate.push(...(await scoresOfTrained(deps.lab, trained, dataset.features, rows)));
  }
  const scores = await scoresOfVersion(deps, champion, cohort.map(recordOf));
  const verdict = judge(dataset, cohort, { champion: scores, candidate, seed: options.seed }, rules);
  return { ...verdict, configuration: { algorithms: chosen.algorithms ?? [], grid: chosen.grid ?? {} } };
}

function requireLabels(fresh: readonly Example[]): void {
  const late = fresh.filter(({ label }) => label === 1).length;
  if (fresh.length >= LEAST_LABELS && late > 0 && late < fresh.length) return;
  const of = fresh.length < LEAST_LABELS ? '' : ', all of one kind';
  throw new RetrainingError('too_few_labels', `${fresh.length} labels are newer than the champion${of}`, {
    kind: 'refused',
    field: 'dataset',
    expected: `at least ${LEAST_LABELS}, late ones and others`,
  });
}

function judge(
  { features, split }: Dataset,
  cohort: Example[],
  scores: { champion: number[]; candidate: number[]; seed: number },
  { level = 0.05, minimumGain = 0, tolerance = 0, sliceLimit }: ComparisonRules,
): Omit<Comparison, 'configuration'> {
  const labels = Uint8Array.from(cohort, (example) => example.label);
  const [a, b] = [Float64Array.from(scores.candidate), Float64Array.from(scores.champion)];
  const clusters = clusterRows({ examples: cohort }, Int32Array.from(cohort.keys()), split);
  // Enough samples that twenty-five of them lie beyond either bound.
  const samples = Math.min(MOST_SAMPLES, Math.max(1000, Math.ceil(25 / level)));
  const twoSided = 1 - 2 * level;
  const paired = pairedDifference(labels, a, b, {
    metric: 'brier',
    seed: scores.seed,
    level: twoSided,
    clusters,
    samples,
  });
  const [improvement, low, high] = [-paired.difference, -paired.high, -paired.low];
  const losses = a.map((score, row) => (score - labels[row]!) ** 2 - (b[row]! - labels[row]!) ** 2);
  const slices =
    sliceLimit === undefined ? [] : sliceLosses(features, cohort, losses, { clusters, limit: sliceLimit, level });
  const worse = slices.filter(({ holds }) => !holds).toSorted((left, right) => right.high - left.high);
  const isBetter = low > 0 && improvement >= minimumGain;
  const [aucOfCandidate, aucOfChampion] = [rocAuc(labels, a), rocAuc(labels, b)];
  const isNoWorse = tolerance > 0 && improvement >= 0 && aucOfCandidate >= aucOfChampion && low > -tolerance;
  const interval = `${low.toFixed(4)} … ${high.toFixed(4)}`;
  return {
    rows: cohort.length,
    clusters: new Set(clusters).size,
    from: cohort[0]?.knownAt ?? 0,
    to: cohort.at(-1)?.knownAt ?? 0,
    champion: { auc: aucOfChampion, brier: brier(labels, b) },
    candidate: { auc: aucOfCandidate, brier: brier(labels, a) },
    improvement,
    low,
    high,
    level: twoSided,
    slices,
    winner: (isBetter || isNoWorse) && worse.length === 0 ? 'candidate' : 'champion',
    sentence: sentenceOf(`${improvement.toFixed(4)} (${interval}, ${cohort.length} rows)`, {
      isSure: low > 0,
      isBetter,
      isNoWorse,
      minimumGain,
      tolerance,
      worse,
    }),
  };
}

function sentenceOf(
  figures: string,
  {
    isSure,
    isBetter,
    isNoWorse,
    minimumGain,
    tolerance,
    worse,
  }: {
    isSure: boolean;
    isBetter: boolean;
    isNoWorse: boolean;
    minimumGain: number;
    tolerance: number;
    worse: SliceLoss[];
  },
): string {
  if (!isBetter && !isNoWorse) {
    const asked = tolerance > 0 ? `, and maybe worse by ${tolerance}` : '';
    if (!isSure) return `not surely better${asked}: Brier changes by ${figures}`;
    return `better by too little, ${minimumGain} is asked for: Brier improves by ${figures}`;
  }
  const [first] = worse;
  if (first !== undefined) {
    const most = `up to ${first.high.toFixed(3)} where ${first.limit} is the limit`;
    return `better on the whole, Brier by ${figures}, but maybe worse in ${first.name}: ${most} (${first.rows} rows)`;
  }
  if (isBetter) return `the candidate is better: Brier improves by ${figures}`;
  return `the candidate is no worse and has learned since the change: Brier improves by ${figures}`;
}
