import type { FittedModel, Tree, TreesModel } from '../../supply/onnx/fitted-model.ts';
import type { Matrix } from './matrix.ts';
import { addMargins, standardise } from './linear/logistic.ts';
import { logit, sigmoid } from './sigmoid.ts';

/** Log-odds of each row. The matrix must have been built with the model's own columns. */
export function marginsOf(model: FittedModel, matrix: Matrix): Float64Array {
  const scores = scoresOf(model, matrix);
  return isForest(model) ? scores.map(logit) : scores;
}

/** Probability of label 1 for each row. */
export function probabilitiesOf(model: FittedModel, matrix: Matrix): Float64Array {
  const scores = scoresOf(model, matrix);
  return isForest(model) ? scores.map((score) => Math.min(1, Math.max(0, score))) : scores.map(sigmoid);
}

/** Whether the scores are probabilities rather than log-odds. */
export function isForest(model: FittedModel): boolean {
  return model.kind === 'trees' && model.link === 'identity';
}

/** What the model adds up for each row, before its link. */
function scoresOf(model: FittedModel, matrix: Matrix): Float64Array {
  if (model.kind === 'trees') return treeScores(model, matrix);
  const margins = new Float64Array(matrix.rows).fill(model.bias);
  addMargins(margins, standardise(matrix), matrix.codes, model.columns, model.weights);
  return margins;
}

function treeScores(model: TreesModel, matrix: Matrix): Float64Array {
  const scores = new Float64Array(matrix.rows).fill(model.base);
  const readers = columnReaders(matrix);
  for (const tree of model.trees) {
    for (let row = 0; row < matrix.rows; row++) scores[row]! += route(tree, readers, row);
  }
  return scores;
}

type ColumnReader = (row: number) => number;

function columnReaders({ rows, columns, numbers, codes }: Matrix): ColumnReader[] {
  const numberReaders = columns.numbers.map(
    (_, column): ColumnReader =>
      (row) =>
        numbers[column * rows + row]!,
  );
  const indicatorReaders = columns.categories.flatMap(({ levels }, index) =>
    levels.map(
      (_, level): ColumnReader =>
        (row) =>
          codes[index]![row] === level ? 1 : 0,
    ),
  );
  return [...numberReaders, ...indicatorReaders];
}

function route(tree: Tree, readers: ColumnReader[], row: number): number {
  let node = 0;
  for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!) {
    const value = readers[feature]!(row);
    const left = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= tree.threshold[node]!;
    node = left ? tree.left[node]! : tree.right[node]!;
  }
  return tree.value[node]!;
}
