import type { Dataset } from '../../datasets/index.ts';
import { LEARNERS } from '../../learners/index.ts';
import { confusionOf, type HoldoutFigures, type TrainingResult } from '../../training/index.ts';
import { assessFairness } from '../fairness/assess.ts';
import { slicesOf } from '../fairness/slices.ts';
import { clusteredMean } from '../figures/interval.ts';
import { importanceOf, learnedBy, outOfFoldRows, thresholdOf, type Trained } from '../figures/trained.ts';
import { COMMON_LIMITS, INTENDED_USE, type Figure, type ModelCard } from './card.ts';

export interface CardOptions {
  /** Columns to slice by; sites and open categories without. */
  slices?: readonly string[];
}

/** The card of a model that was trained here, from its out-of-fold scores. Same training, same card, to six digits. */
export function buildCard(trained: Trained, options: CardOptions = {}): ModelCard {
  const { result, gate, holdout } = trained;
  const dataset = learnedBy(trained);
  const threshold = thresholdOf(trained);
  const { labels, scores } = result.outOfFold;
  const { examples, clusters } = outOfFoldRows(dataset, result);
  const { seed } = result.settings;
  const { figures } = gate;
  const { basis, features } = importanceOf(trained);
  const shown = features.filter(({ feature }) => !isPrivate(dataset, feature));
  return rounded({
    title: dataset.target,
    intendedUse: INTENDED_USE,
    data: dataOf(trained.dataset, dataset.examples.length),
    algorithm: algorithmOf(result),
    crossValidated: outOfFoldFigures(labels, scores, clusters, trained),
    holdout: holdout === undefined ? null : holdoutFiguresOf(holdout.chosen),
    confusion: { ...confusionOf(labels, scores, threshold), threshold },
    baseline: { brier: figures.brierOfBaseRate },
    calibration: {
      error: figures.calibrationError,
      byChance: figures.calibrationErrorByChance,
      slope: figures.calibrationLine.slope,
      intercept: figures.calibrationLine.intercept,
    },
    importance: { basis, features: shown.map(({ feature, mean, low, high }) => ({ feature, mean, low, high })) },
    fairness: assessFairness(labels, scores, slicesOf(dataset, examples, options.slices), {
      seed,
      threshold,
      clusters,
    }),
    limits: limitsOf(trained.dataset, result),
    gate: { verdict: gate.verdict, sentences: gate.reasons.map(({ sentence }) => sentence) },
  });
}

function holdoutFiguresOf({ auc, accuracy, brier, logLoss }: HoldoutFigures): Record<string, Figure> {
  return { auc, accuracy, brier, logLoss };
}

function outOfFoldFigures(
  labels: Uint8Array,
  scores: Float64Array,
  clusters: Int32Array,
  trained: Trained,
): Record<string, Figure> {
  const { figures } = trained.gate;
  const threshold = thresholdOf(trained);
  const meanOf = (loss: (score: number, label: number) => number): Figure => {
    const { mean, low, high } = clusteredMean(
      scores.map((score, row) => loss(score, labels[row]!)),
      clusters,
    );
    return Number.isNaN(low) ? { value: mean } : { value: mean, low, high };
  };
  const half = 1.96 * figures.aucStandardError;
  return {
    auc: Number.isNaN(half)
      ? { value: Number.isNaN(figures.auc) ? null : figures.auc }
      : { value: figures.auc, low: Math.max(0, figures.auc - half), high: Math.min(1, figures.auc + half) },
    accuracy: meanOf((score, label) => (score >= threshold === (label === 1) ? 1 : 0)),
    brier: meanOf((score, label) => (score - label) ** 2),
    logLoss: meanOf((score, label) => -Math.log(Math.min(1, Math.max(1e-15, label === 1 ? score : 1 - score)))),
  };
}

/** @param learned rows that the model was made from; the others were held out */
export function dataOf(dataset: Dataset, learned: number): ModelCard['data'] {
  const { name, version, reader, target, split, sources, features, examples, counts } = dataset;
  const dues = examples.map(({ dueAt }) => dueAt).filter(Number.isFinite);
  const late = examples.filter(({ label }) => label === 1).length;
  return {
    name,
    version,
    reader,
    target,
    split,
    rows: examples.length,
    heldOut: examples.length - learned,
    baseRate: examples.length === 0 ? 0 : late / examples.length,
    sources: sources.map((source) => ({ name: source.name, sha256: source.sha256, rows: source.rows })),
    ...(dataset.censoring === undefined ? {} : { censoring: dataset.censoring }),
    parents: (dataset.derivedFrom ?? []).map((one) => `${one.dataset}: ${one.operation}`),
    left: Object.fromEntries(Object.entries(counts).filter(([what, rows]) => what !== 'kept' && rows > 0)),
    from: dues.length === 0 ? null : dues.reduce((least, at) => Math.min(least, at)),
    to: dues.length === 0 ? null : dues.reduce((most, at) => Math.max(most, at)),
    features: features.map((one) => ({
      name: one.name,
      type: one.type,
      ...(one.unit === undefined ? {} : { unit: one.unit }),
      ...(one.private === true ? { private: true } : {}),
    })),
  };
}

function algorithmOf({ algorithm, parameters, settings, recalibration }: TrainingResult): ModelCard['algorithm'] {
  const { line, logLossBefore, logLossAfter } = recalibration;
  return {
    name: LEARNERS[algorithm].title,
    parameters: { ...parameters },
    tried: settings.members.length,
    folds: settings.folds,
    seed: settings.seed,
    calibration:
      line === undefined
        ? 'not recalibrated: it would not have helped'
        : `recalibrated by a line of slope ${line.slope.toFixed(3)}: log-loss ${logLossBefore.toFixed(4)} → ${logLossAfter.toFixed(4)}`,
  };
}

export function isPrivate({ features }: Dataset, name: string): boolean {
  return features.find((feature) => feature.name === name)?.private === true;
}

export function limitsOf(
  { examples, counts, features }: Dataset,
  { settings: { split } }: { settings: Pick<TrainingResult['settings'], 'split'> },
  common: readonly string[] = COMMON_LIMITS,
): string[] {
  const sites = new Set(examples.map(({ site }) => site)).size;
  const read = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
  const hidden = features.filter((feature) => feature.private === true).length;
  return [
    ...(sites === 1 ? ['Its rows are of one site: what it is worth elsewhere is not known.'] : []),
    ...(split === 'stratified' ? ['Rows were split by chance: how it does on later activities was not measured.'] : []),
    ...(read > examples.length
      ? [
          `${read - examples.length} of ${read} rows read have no label or could not be used. Activities that are still open are among these: the longest delays are underrepresented.`,
        ]
      : []),
    ...(hidden > 0 ? [`${hidden} private ${hidden === 1 ? 'column is' : 'columns are'} used and not shown here.`] : []),
    ...common,
  ];
}

/** A card travels in every bundle: digits that mean nothing are left behind. */
export function rounded<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'number' && !Number.isInteger(one) ? Number(one.toPrecision(6)) : one,
    ),
  ) as Value;
}
