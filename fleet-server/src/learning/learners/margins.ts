import {
  type FittedModel,
  type LevelSet,
  type LinearModel,
  scoreIsShare,
  type Tree,
  type TreesModel,
} from '../../supply/onnx/fitted-model.ts';
import { type MachineModel, scorerOf } from '../../supply/onnx/machines/scorer.ts';
import type { Matrix } from './matrix.ts';
import { readRows } from './design.ts';
import { addMargins, standardise } from './linear/standard.ts';
import { logit, sigmoid } from './sigmoid.ts';

/** Log-odds of each row. The matrix must have been built with the model's own columns. */
export function marginsOf(model: FittedModel, matrix: Matrix): Float64Array {
  const scores = scoresOf(model, matrix);
  return scoreIsShare(model) ? scores.map(logit) : scores;
}

/** Probability of label 1 for each row. */
export function probabilitiesOf(model: FittedModel, matrix: Matrix): Float64Array {
  const scores = scoresOf(model, matrix);
  return scoreIsShare(model) ? scores.map((score) => Math.min(1, Math.max(0, score))) : scores.map(sigmoid);
}

/** What a model says that answers a value: the score of each row, in the unit of its target. */
export function valuesOf(model: FittedModel, matrix: Matrix): Float64Array {
  return scoresOf(model, matrix);
}

/** What the model adds up for each row, before its link. */
function scoresOf(model: FittedModel, matrix: Matrix): Float64Array {
  switch (model.kind) {
    case 'trees':
      return treeScores(model, matrix);
    case 'linear':
      return linearScores(model, matrix);
    default:
      return machineScores(model, matrix);
  }
}

function machineScores(model: MachineModel, matrix: Matrix): Float64Array {
  const score = scorerOf(model);
  const scores = new Float64Array(matrix.rows);
  readRows(matrix, (design, row) => (scores[row] = score(design)));
  return scores;
}

function linearScores(model: LinearModel, matrix: Matrix): Float64Array {
  const margins = new Float64Array(matrix.rows).fill(model.bias);
  addMargins(margins, standardise(matrix), matrix.codes, model.columns, model.weights);
  return margins;
}

function treeScores(model: TreesModel, matrix: Matrix): Float64Array {
  const scores = new Float64Array(matrix.rows).fill(model.base);
  const readers = columnReaders(matrix, model.columns.sets);
  for (const tree of model.trees) {
    for (let row = 0; row < matrix.rows; row++) scores[row]! += route(tree, readers, row);
  }
  return scores;
}

type ColumnReader = (row: number) => number;

/** `sets` are the model's own: a learner finds them in a matrix that has none yet. */
function columnReaders({ rows, columns, numbers, codes }: Matrix, sets: LevelSet[] = []): ColumnReader[] {
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
  const setReaders = sets.map(({ category, levels }): ColumnReader => {
    const members = new Uint8Array(columns.categories[category]!.levels.length + 1);
    for (const level of levels) members[level] = 1;
    return (row) => members[codes[category]![row]!]!;
  });
  return [...numberReaders, ...indicatorReaders, ...setReaders];
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
