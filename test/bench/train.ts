import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accuracy, brier, rocAuc } from '../../fleet-server/src/learning/training/index.ts';
import type { FittedModel } from '../../fleet-server/src/supply/onnx/fitted-model.ts';
import {
  buildMatrix,
  fitBoosting,
  fitColumns,
  fitForest,
  fitLogistic,
  type Matrix,
  probabilitiesOf,
  type Table,
} from '../../fleet-server/src/learning/learners/index.ts';
import { makeClassification, rowsOf, type Classification } from './material/classification.ts';
import { startScikitLearn, type Algorithm, type Fitted, type ScikitLearn } from './material/scikit-learn.ts';
import { figureOf, type Budget, type Figure, type LoneFigure, type Question } from './measure/figure.ts';
import { measurePairs, median } from './measure/pairs.ts';

/** Each fold learns from 20,000 rows of 20 numbers and is scored on 5,000. */
const [ROWS, COLUMNS, FOLDS] = [25_000, 20, 5];
const PARAMETERS = { trees: 100, rate: 0.1, leaves: 64, minRows: 20, maxDepth: 6 };
const FOREST = { trees: 100, depth: 12, minRows: 1 };
const NAMES = {
  boosting: 'boosted trees, 100 × depth 6',
  forest: 'random forest, 100 × depth 12',
  logistic: 'logistic regression',
};
/** HistGradientBoosting is LightGBM's kind of learner; for logistic regression the design asks for no time. */
const TIME_BUDGET: Partial<Record<Algorithm, Budget>> = {
  boosting: { rule: 'at most', limit: 4 },
  forest: { rule: 'at most', limit: 1 },
};

/**
 * Fitting 20,000 × 20 from raw numbers to a model, in one thread, beside scikit-learn on the same rows; then accuracy,
 * AUC and Brier of both on the same folds, by the same functions.
 */
export async function* train(): AsyncGenerator<Figure | LoneFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const data = makeClassification(3, ROWS, COLUMNS, FOLDS);
  const other = await startScikitLearn(folder, data);
  if ('version' in other) console.log(`  scikit-learn ${other.version}, OMP_NUM_THREADS=1`);
  try {
    for (const algorithm of ['boosting', 'forest', 'logistic'] as const) {
      if ('absent' in other) yield* alone(algorithm, data, other.absent);
      else yield* beside(algorithm, data, other);
    }
  } finally {
    if ('version' in other) await other.close();
    await rm(folder, { recursive: true });
  }
}

async function* beside(algorithm: Algorithm, data: Classification, other: ScikitLearn): AsyncGenerator<Figure> {
  const fits: Record<'ours' | 'bare', Fitted[]> = { ours: [], bare: [] };
  // The round that does not count is of fold 0 as well; each list then holds the folds in order.
  const next = async (side: 'ours' | 'bare', fit: (fold: number) => Fitted | Promise<Fitted>) => {
    const fitted = await fit(Math.max(0, fits[side].length - 1));
    fits[side].push(fitted);
    return fitted.seconds;
  };
  const times = await measurePairs(FOLDS, {
    ours: () => next('ours', (fold) => fitOurs(algorithm, data, fold)),
    bare: () => next('bare', (fold) => other.fit(algorithm, fold)),
  });
  const budget = TIME_BUDGET[algorithm];
  const against = 'scikit-learn';
  yield figureOf({ name: NAMES[algorithm], unit: 's', against, by: 'ratio', ...(budget && { budget }) }, times);
  for (const { name, of, unit, limit } of MEASURES) {
    const pairs = Array.from({ length: FOLDS }, (_, fold) => {
      const labels = labelsOf(data, fold);
      const value = (side: 'ours' | 'bare') => of(labels, fits[side][fold + 1]?.scores ?? new Float64Array(0));
      return { ours: value('ours'), bare: value('bare') };
    });
    const question: Question = { name: `${NAMES[algorithm]}: ${name}`, unit, against, by: 'difference' };
    yield figureOf({ ...question, ...(limit !== undefined && { budget: { rule: 'at least', limit } }) }, pairs);
  }
}

function* alone(algorithm: Algorithm, data: Classification, reason: string): Generator<LoneFigure> {
  const fits = Array.from({ length: FOLDS }, (_, fold) => fitOurs(algorithm, data, fold));
  yield { name: NAMES[algorithm], unit: 's', ours: median(fits.map((fit) => fit.seconds)), reason };
  for (const { name, of, unit } of MEASURES) {
    const ours = median(fits.map((fit, fold) => of(labelsOf(data, fold), fit.scores)));
    yield { name: `${NAMES[algorithm]}: ${name}`, unit, ours, reason };
  }
}

type Measure = (labels: Uint8Array, scores: Float64Array) => number;
const MEASURES: { name: string; of: Measure; unit: '%' | ''; limit?: number }[] = [
  { name: 'accuracy', of: (labels, scores) => 100 * accuracy(labels, scores), unit: '%', limit: -0.3 },
  { name: 'ROC AUC', of: rocAuc, unit: '' },
  { name: 'Brier', of: brier, unit: '' },
];

const FIT: Record<Algorithm, (matrix: Matrix) => FittedModel> = {
  boosting: (matrix) => fitBoosting(matrix, PARAMETERS),
  forest: (matrix) => fitForest(matrix, FOREST),
  logistic: (matrix) => fitLogistic(matrix, { c: 1 }),
};

/** The clock runs from raw float32 rows to the fitted model, pre-processing included. */
function fitOurs(algorithm: Algorithm, data: Classification, fold: number): Fitted {
  const { rows, columns, numbers, labels } = data;
  const numberNames = Array.from({ length: columns }, (_, column) => `x${column}`);
  const table: Table = { rows, numberNames, numbers, categories: [], labels };
  const [known, asked] = [rowsOf(data, fold, 'train'), rowsOf(data, fold, 'valid')];
  const start = performance.now();
  const matrix = buildMatrix(table, fitColumns(table, known), known);
  const model = FIT[algorithm](matrix);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, scores: probabilitiesOf(model, buildMatrix(table, model.columns, asked)) };
}

function labelsOf(data: Classification, fold: number): Uint8Array {
  return Uint8Array.from(rowsOf(data, fold, 'valid'), (row) => data.labels[row] ?? 0);
}
