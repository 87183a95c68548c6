import { DERIVATIONS } from '@plumbline/shared/activity';
import {
  buildReference,
  quantileEdges,
  SCORE_BINS,
  scoreBin,
  spreadOfSites,
  type FeatureBins,
  type Reference,
} from '@plumbline/shared/drift';
import type { Feature, FeatureValue, GraphInput, GraphOutput } from '@plumbline/shared/manifest';
import { shareableFeatures } from '@plumbline/shared/predict';
import type { LabelledRecords, Metric, ModelMapping } from '../../supply/models/index.ts';
import type { FittedModel } from '../../supply/onnx/index.ts';
import { recordOf, summary, type Dataset, type Example } from '../datasets/index.ts';
import { rocAuc, type TargetLoss, type TrainingResult } from '../training/index.ts';
import { delayOutputOf } from './delay/days.ts';
import { describeRows, type ReferenceRow } from './reference/describe-rows.ts';
import { knownOutcomes } from './reference/known-outcomes.ts';
import { slicesOf } from './reference/slices.ts';
import { unseenScores } from './reference/unseen-scores.ts';
import { buildMatrix, encodeTable, probabilitiesOf } from '../learners/index.ts';

/** The graph inputs of an exported model: its number columns as one tensor, its categories as another. */
export function inputsOf(model: FittedModel, features: readonly Feature[]): GraphInput[] {
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const pick = (names: string[]) => names.flatMap((name) => byName.get(name) ?? []);
  const numbers = pick(model.columns.numbers.map((column) => column.name));
  const categories = pick(model.columns.categories.map((column) => column.name));
  return [
    ...(numbers.length > 0 ? [columns('numbers', 'float32', numbers)] : []),
    ...(categories.length > 0 ? [columns('categories', 'string', categories)] : []),
  ];
}

function columns(name: string, dtype: 'float32' | 'string', features: Feature[]): GraphInput {
  return { kind: 'columns', name, dtype, batch: 'dynamic', features };
}

export const OUTPUT: Extract<GraphOutput, { kind: 'classes' }> = {
  kind: 'classes',
  probabilities: 'probabilities',
  classes: ['0', '1'],
  positive: '1',
};

/** With the threshold that costs least, where costs were given; a device then says late from there on. */
export function outputOf({ threshold }: Pick<TrainingResult, 'threshold'>): GraphOutput {
  return threshold === undefined ? OUTPUT : { ...OUTPUT, threshold: threshold.threshold.value };
}

/** What `plumbline models import` has to be told of a graph that was trained here and written to a file. */
export function mappingOf(
  line: string,
  {
    dataset,
    result,
  }: {
    dataset: Dataset;
    result: Pick<TrainingResult, 'model' | 'threshold'> & { algorithm: string; settings?: { loss?: TargetLoss } };
  },
): ModelMapping {
  const { model, algorithm } = result;
  const { target, features } = dataset;
  const output: GraphOutput = model.answer === 'value' ? delayOutputOf(result.settings?.loss) : outputOf(result);
  return { line, target: target.slice(0, 256), algorithm, inputs: inputsOf(model, features), output };
}

/**
 * The reference of a model: its training rows in fixed bins, the scores it gives to rows it has not seen, and what became of
 * those. Private features are left out: nothing of them enters a bundle.
 * @param trained without scores out of fold, those of the training rows stand in for them, and nothing is expected of it
 */
export function referenceOf(
  dataset: Dataset,
  {
    model,
    outOfFold,
    threshold,
  }: Pick<TrainingResult, 'model'> & Partial<Pick<TrainingResult, 'outOfFold' | 'threshold'>>,
): Reference {
  const { examples, features } = dataset;
  const baseRate = examples.filter((example) => example.label === 1).length / examples.length;
  const all = Int32Array.from(examples.keys());
  const own = probabilitiesOf(model, buildMatrix(encodeTable(examples, features), model.columns, all));
  const scores = outOfFold === undefined ? own : unseenScores(model, own, outOfFold.scores);
  const rows = rowsIn(examples);
  if (outOfFold === undefined) return referenceFrom(features, rows, [...scores], { baseRate });
  const unseen = rowsOfRefs(examples, outOfFold.refs);
  const known = knownOutcomes({
    basis: 'out-of-fold',
    scores: Float64Array.from(outOfFold.scores),
    labels: outOfFold.labels,
    sites: unseen.map(({ site }) => site),
    threshold: threshold?.threshold.value,
  });
  if (scores === own) return { ...referenceFrom(features, rows, [...scores], { baseRate }), ...known };
  const reference = referenceFrom(features, rows, [...scores], { baseRate, scored: unseen });
  return { ...reference, ...known, ...withModelSpread(reference, scores, outOfFold.folds) };
}

/** Folds that tell how far models of one configuration differ. */
const LEAST_FOLDS = 3;

/**
 * Scores out of fold are those of several models, and the one that is released is another still: what each differs from
 * all is how alike its scores are, and stays however many there are of them.
 */
function withModelSpread(
  { clusters }: Reference,
  scores: Float64Array,
  folds: Int32Array,
): Pick<Reference, 'clusters'> {
  const counts = [...Map.groupBy(folds.keys(), (row) => folds[row]!).values()].map((own) => {
    const bins = Array<number>(SCORE_BINS).fill(0);
    for (const row of own) bins[scoreBin(scores[row]!)]! += 1;
    return bins;
  });
  const spread = spreadOfSites(counts, LEAST_FOLDS);
  if (spread === undefined || clusters === undefined) return {};
  const { designEffect, correlation } = spread;
  return {
    clusters: {
      ...clusters,
      designEffect: { ...clusters.designEffect, '(score)': designEffect },
      correlation: { ...clusters.correlation, '(score)': correlation },
    },
  };
}

/** The rows that scores out of fold are of, in their order. */
export function rowsOfRefs(examples: readonly Example[], refs: readonly string[]): ReferenceRow[] {
  const byRef = new Map(examples.map((example) => [example.ref, example]));
  return rowsIn(refs.flatMap((ref) => byRef.get(ref) ?? []));
}

/** What a reference counts of each row of a dataset. */
export function rowsIn(examples: readonly Example[]): ReferenceRow[] {
  return examples.map(({ site, startAt, label, values }) => ({ site, at: startAt, label, values }));
}

/**
 * The reference of any model: its rows, and its scores; of values with the edges they lie between.
 * @param scored the rows that `scores` are of, where these are not all of them in their order
 */
export function referenceFrom(
  features: readonly Feature[],
  rows: readonly ReferenceRow[],
  scores: readonly number[],
  {
    baseRate,
    scoreEdges,
    scored = rows,
  }: {
    baseRate?: number | undefined;
    scoreEdges?: readonly number[] | undefined;
    scored?: readonly ReferenceRow[];
  } = {},
): Reference {
  const values = rows.map((row) => row.values);
  const bins = shareable(features).map((feature) => binsFor(feature, values));
  return {
    ...buildReference(bins, values, scores, baseRate, scoreEdges),
    ...describeRows(bins, rows),
    slices: slicesOf(bins, scored, scores, scoreEdges ?? 'chance'),
  };
}

/** The rows of a dataset as encodings of a model are judged on them. */
export function rowsOf({ examples }: Pick<Dataset, 'examples'>): LabelledRecords {
  return { records: examples.map(recordOf), labels: examples.map(({ label }) => String(label)), generated: 0 };
}

/** Where the rows came from, for the card. */
export function provenanceOf(dataset: Dataset): Record<string, unknown> {
  const { name, version, reader, sources } = dataset;
  return { name, version, reader, sources, summary: summary(dataset) };
}

/** By how much an encoding tells late from in time. */
export const LATE: Metric = {
  name: 'ROC AUC',
  of: (scores, _classes, labels) => rocAuc(Uint8Array.from(labels, Number), scores),
  higherIsBetter: true,
};

const MAX_LEVELS = 64;

/** Counts of a feature leave the device with every window: none that is private, or reads the column of one that is. */
function shareable(features: readonly Feature[]): Feature[] {
  return shareableFeatures({ inputs: [columns('columns', 'string', [...features])] });
}

function binsFor(feature: Feature, rows: readonly Record<string, FeatureValue>[]): FeatureBins {
  const values = rows.map((row) => row[feature.name]);
  const { name, from } = feature;
  const derivation = 'derived' in from ? DERIVATIONS[from.derived] : undefined;
  const isSeasonal = feature.seasonal === true || derivation?.seasonal === true;
  const head = { name, ...(isSeasonal ? { seasonal: true } : {}) };
  if (feature.type === 'number') {
    const edges = quantileEdges(values.filter((value) => typeof value === 'number'));
    return { type: 'number', ...head, edges };
  }
  const counts = new Map<string, number>();
  for (const value of values) if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  const levels = [...counts]
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_LEVELS)
    .map(([level]) => level);
  return { type: 'category', ...head, levels: levels.toSorted() };
}
