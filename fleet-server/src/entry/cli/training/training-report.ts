import { summary, type QualityFinding } from '../../../learning/datasets/index.ts';
import { LEARNERS, type Algorithm, type MemberParameters, type Task } from '../../../learning/learners/index.ts';
import {
  PUBLISHED,
  type HeldOutDays,
  type TrainedDelayModel,
  type TrainedModel,
} from '../../../learning/pipelines/index.ts';
import {
  confusionOf,
  meanAndDeviation,
  type Confusion,
  type CostThreshold,
  type FitTime,
  type HoldoutFigures,
  type MemberFailure,
  type SearchSettings,
} from '../../../learning/training/index.ts';

/** Mean and standard deviation over folds. */
export interface Spread {
  mean: number;
  sd: number;
}

export interface AlgorithmRow {
  algorithm: Algorithm;
  title: string;
  /** In the published use case. */
  family?: string;
  /** Of its best configuration, by name of the figure. */
  cv?: Record<string, Spread>;
  holdout?: HoldoutFigures | HeldOutDays;
  /** Out of fold at one half, where nothing was held out. */
  confusion?: Confusion;
  /** Of all its fits. */
  seconds: number;
  /** Configurations tried. */
  tried: number;
  parameters?: MemberParameters;
  notRun?: MemberFailure;
}

/** What `train` prints as JSON. */
export interface TrainingReport {
  dataset: {
    name: string;
    version: string;
    rows: number;
    late: number;
    features: string[];
    target: string;
    split: string;
    findings: QualityFinding[];
  };
  task: Task;
  settings: Pick<SearchSettings, 'seed' | 'folds' | 'split' | 'repeats' | 'strategy' | 'classWeight' | 'loss'>;
  algorithms: AlgorithmRow[];
  chosen: { algorithm: Algorithm; parameters: MemberParameters };
  gate: { verdict: 'pass' | 'refuse'; reasons: { code: string; sentence: string }[]; figures: object };
  holdout?: object;
  threshold?: CostThreshold;
  notes: string[];
  files: string[];
  /** On the server, where it was to be recorded. */
  run?: string;
}

/** Rows sorted by the figure that chooses, the best first, what did not run last. */
export function reportOf(
  trained: TrainedModel | TrainedDelayModel,
  findings: QualityFinding[],
  notes: string[],
  published: boolean,
): TrainingReport {
  const { dataset, result, gate, holdout } = trained;
  const { seed, folds, split, repeats, strategy, classWeight, loss } = result.settings;
  const reasons = gate.reasons.map(({ code, sentence }) => ({ code, sentence }));
  return {
    dataset: {
      name: dataset.name,
      version: dataset.version,
      rows: dataset.examples.length,
      late: summary(dataset).overall.late,
      features: dataset.features.map(({ name }) => name),
      target: dataset.target,
      split: dataset.split,
      findings,
    },
    task: loss === undefined ? 'classification' : 'regression',
    settings: {
      seed,
      folds,
      split,
      ...(repeats === undefined ? {} : { repeats }),
      ...(strategy === undefined ? {} : { strategy }),
      ...(classWeight === undefined ? {} : { classWeight }),
      ...(loss === undefined ? {} : { loss }),
    },
    algorithms: rowsOf(trained).toSorted((a, b) => orderOf(a, result.settings) - orderOf(b, result.settings)),
    chosen: { algorithm: result.algorithm, parameters: result.parameters },
    gate: { verdict: gate.verdict, reasons, figures: gate.figures },
    ...(holdout === undefined ? {} : { holdout: { ...holdout, algorithms: undefined } }),
    ...('threshold' in result && result.threshold !== undefined ? { threshold: result.threshold } : {}),
    notes: [...(published ? PUBLISHED.flatMap(({ note }) => note ?? []) : []), ...fewerFolds(trained), ...notes],
    files: [],
  };
}

function rowsOf({ result, holdout }: TrainedModel | TrainedDelayModel): AlgorithmRow[] {
  const names = [...new Set(result.settings.members.map(({ algorithm }) => algorithm))];
  return names.map((algorithm) => {
    const finished = result.finalists?.find((one) => one.algorithm === algorithm);
    const notRun = result.notRun.find((one) => one.algorithm === algorithm);
    const family = PUBLISHED.find((one) => one.algorithm === algorithm)?.family;
    const held = holdout?.algorithms?.find((one) => one.algorithm === algorithm)?.figures;
    return {
      algorithm,
      title: LEARNERS[algorithm].title,
      ...(family === undefined ? {} : { family }),
      ...(finished === undefined ? {} : { cv: spreadsOf(result.table[finished.chosen]!.folds) }),
      ...(held === undefined ? {} : { holdout: held }),
      ...(finished === undefined || !('labels' in finished.outOfFold)
        ? {}
        : { confusion: confusionOf(finished.outOfFold.labels, finished.outOfFold.scores, 0.5) }),
      seconds: secondsOf(algorithm, result.settings, result.times),
      tried: result.settings.members.filter((one) => one.algorithm === algorithm).length,
      ...(finished === undefined ? {} : { parameters: finished.parameters }),
      ...(notRun === undefined ? {} : { notRun: { code: notRun.code, sentence: notRun.sentence } }),
    };
  });
}

/** Groups or times that are fewer than the folds make fewer folds. */
function fewerFolds({ result }: TrainedModel | TrainedDelayModel): string[] {
  const { folds, repeats = 1, split } = result.settings;
  const made = result.table[result.chosen]!.folds.length;
  if (made === folds * repeats) return [];
  return [
    `Only ${made} of ${folds * repeats} folds have rows of both answers to train and rows to judge by, split by ${split}.`,
  ];
}

function secondsOf(algorithm: Algorithm, { members }: SearchSettings, times: readonly FitTime[]): number {
  return times
    .filter(({ member }) => members[member]?.algorithm === algorithm)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Every figure of the folds but their sizes. */
function spreadsOf(folds: readonly object[]): Record<string, Spread> {
  const names = Object.keys(folds[0] ?? {}).filter((name) => !name.startsWith('rows'));
  return Object.fromEntries(
    names.map((name) => [name, meanAndDeviation(folds.map((fold) => (fold as Record<string, number>)[name]!))]),
  );
}

/** By the loss that chooses. */
function orderOf({ cv }: AlgorithmRow, { loss }: SearchSettings): number {
  const figure = loss === undefined ? 'brier' : loss === 'absolute' ? 'mae' : loss === 'squared' ? 'rmse' : 'pinball';
  return cv?.[figure]?.mean ?? Number.POSITIVE_INFINITY;
}
