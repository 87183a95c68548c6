import {
  assessDrift,
  binOf,
  binCount,
  budgetOf,
  estimatePerformance,
  realisedPerformance,
  scoreBin,
  SCORE_BINS,
  type Finding,
  type FindingKind,
  type Reference,
} from '../../../shared/src/drift/index.ts';
import type { Example } from '../../../fleet-server/src/learning/datasets/index.ts';

/** What a look over one closed period is made from: rows that started in it, and rows that fell due in it. */
export interface Period {
  version: string;
  reference: Reference;
  from: number;
  to: number;
  started: readonly { example: Example; score: number }[];
  matured: readonly { example: Example; score: number }[];
}

const LEAST_ROWS = 60;

/**
 * One look as the server takes it, from the same counts and by the same functions: inputs and score of what started,
 * performance estimated from the scores, performance realised on the cohort that fell due. For rows that no device sent.
 */
export function lookOver(period: Period): Finding[] {
  return [...lookAtInputs(period), ...lookAtEstimate(period), ...lookAtOutcomes(period)];
}

function lookAtInputs({ reference, started, ...about }: Period): Finding[] {
  if (started.length < LEAST_ROWS) return [];
  const features: Record<string, number[]> = {};
  for (const { bins } of reference.features) {
    const counts = Array<number>(binCount(bins)).fill(0);
    for (const { example } of started) counts[binOf(bins, example.values[bins.name])]! += 1;
    features[bins.name] = counts;
  }
  const rule = { falseAlarmBudget: budgetOf('covariate', 'fleet'), minimumEffect: 0.3 };
  const window = { features, score: histogram(started), count: started.length, from: about.from, to: about.to };
  return assessDrift(reference, window, rule)
    .comparisons.filter(({ alarm }) => alarm)
    .map(({ name, statistic, p, effect, tests }) => {
      const kind = name === '(score)' ? 'score' : 'covariate';
      const threshold = tests[0]?.threshold ?? 0;
      const sentence = `${name} lies elsewhere (w ${effect.toFixed(2)}, n ${started.length})`;
      return findingOf(about, kind, { subject: name, statistic, threshold, p, effect, n: started.length, sentence });
    });
}

function lookAtEstimate({ reference, started, ...about }: Period): Finding[] {
  const { calibration } = reference;
  if (calibration === undefined || started.length < LEAST_ROWS) return [];
  const estimate = estimatePerformance(histogram(started), calibration, { alpha: budgetOf('estimated', 'fleet') });
  if (!estimate.estimated) return [];
  const { brier, auc } = estimate.measures;
  const [worst] = [brier, auc].filter(({ alarm }) => alarm);
  if (worst === undefined) return [];
  const effect = Math.abs(worst.value - worst.expected);
  const sentence = `Brier is estimated at ${brier.value.toFixed(3)} where ${brier.expected.toFixed(3)} is expected`;
  return [
    findingOf(about, 'estimated', {
      statistic: worst.value,
      threshold: worst.expected,
      effect,
      n: estimate.n,
      sentence,
    }),
  ];
}

function lookAtOutcomes({ reference, matured, ...about }: Period): Finding[] {
  const { calibration, expected } = reference;
  if (calibration === undefined || expected === undefined || matured.length < LEAST_ROWS) return [];
  const bySite = [...Map.groupBy(matured, ({ example }) => example.site)].map(([site, own]) => ({
    site,
    negative: histogram(own.filter(({ example }) => example.label === 0)),
    positive: histogram(own.filter(({ example }) => example.label === 1)),
  }));
  const options = { threshold: calibration.threshold, alpha: budgetOf('realised', 'fleet'), expected };
  const realised = realisedPerformance(bySite, options);
  if (realised === undefined) return [];
  const { brier, auc } = realised.measures;
  const [worst] = [brier, auc].filter(({ alarm }) => alarm);
  if (worst === undefined) return [];
  const effect = Math.abs(worst.value - worst.expected);
  const sentence = `Brier is ${brier.value.toFixed(3)} where ${brier.expected.toFixed(3)} is expected, AUC ${auc.value.toFixed(3)} (${auc.expected.toFixed(3)})`;
  return [
    findingOf(about, 'realised', {
      statistic: worst.value,
      threshold: worst.expected,
      effect,
      n: realised.n,
      sentence,
    }),
  ];
}

export function histogram(rows: readonly { score: number }[]): number[] {
  const counts = Array<number>(SCORE_BINS).fill(0);
  for (const { score } of rows) counts[scoreBin(score)]! += 1;
  return counts;
}

function findingOf(
  { version, from, to }: Pick<Period, 'version' | 'from' | 'to'>,
  kind: FindingKind,
  figures: Pick<Finding, 'statistic' | 'threshold' | 'effect' | 'n' | 'sentence'> & { subject?: string; p?: number },
): Finding {
  return {
    id: `${kind}/${version}/${figures.subject ?? ''}/${from}`,
    kind,
    line: 'delay',
    version,
    scope: { of: 'fleet', id: '' },
    from,
    to,
    since: { at: from, low: from, high: to },
    alarm: true,
    p: 0,
    devices: 0,
    sites: 0,
    tests: [],
    sure: 'within the budget of false alarms',
    todo: 'look, then retrain',
    shares: [],
    ...figures,
  };
}
