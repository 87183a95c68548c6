import { designWidth } from './check-fitted.ts';
import { scoreIsShare, type Columns, type FittedModel, type LinearModel, type Tree } from '../fitted-model.ts';
import { scorerOf } from '../machines/scorer.ts';
import { OnnxError } from '@plumbline/shared/onnx';

/**
 * The fitted model in plain TypeScript and double precision: what the exported graph must agree with.
 * @param numbers row-major `[N, k]`, NaN is missing
 * @param categories row-major `[N, m]`
 * @returns probability of class 1 for each row; the value itself where the model answers one
 * @throws {OnnxError} onnx_fitted_invalid when the inputs are of different or no whole length
 */
export function evaluate(model: FittedModel, numbers: Float32Array, categories: string[]): Float64Array {
  const rows = countRows(model.columns, numbers, categories);
  const answers = new Float64Array(rows);
  const link = linkOf(model);
  const score = scoreOf(model);
  const design = new Float64Array(designWidth(model.columns));
  for (let row = 0; row < rows; row += 1) {
    fillDesign(design, model.columns, numbers, categories, row);
    answers[row] = link(score(design));
  }
  return answers;
}

function countRows(columns: Columns, numbers: Float32Array, categories: string[]): number {
  const [k, m] = [columns.numbers.length, columns.categories.length];
  const rows = k > 0 ? numbers.length / k : m > 0 ? categories.length / m : 0;
  if (Number.isInteger(rows) && numbers.length === rows * k && categories.length === rows * m) return rows;
  throw new OnnxError(
    'onnx_fitted_invalid',
    `${numbers.length} numbers and ${categories.length} categories make no rows`,
    {
      field: 'numbers',
      expected: `N × ${k} numbers and N × ${m} categories`,
    },
  );
}

function fillDesign(
  design: Float64Array,
  columns: Columns,
  numbers: Float32Array,
  categories: string[],
  row: number,
): void {
  const [k, m] = [columns.numbers.length, columns.categories.length];
  design.set(numbers.subarray(row * k, (row + 1) * k));
  let at = k;
  for (const [index, column] of columns.categories.entries()) {
    const value = categories[row * m + index];
    for (const level of column.levels) {
      design[at] = level === value ? 1 : 0;
      at += 1;
    }
  }
  for (const set of columns.sets ?? []) {
    const { levels } = columns.categories[set.category]!;
    const value = categories[row * m + set.category];
    design[at] = set.levels.some((level) => levels[level] === value) ? 1 : 0;
    at += 1;
  }
}

/** What the model adds up for a row of the design matrix, which it may overwrite. */
function scoreOf(model: FittedModel): (design: Float64Array) => number {
  switch (model.kind) {
    case 'linear':
      return (design) => linear(model, design);
    case 'trees':
      return (design) => model.base + sumTrees(model.trees, design);
    default:
      return scorerOf(model);
  }
}

function linear(model: LinearModel, design: Float64Array): number {
  let score = model.bias;
  for (const [j, x] of design.entries()) {
    const column = model.columns.numbers[j];
    const value = column === undefined ? x : ((Number.isNaN(x) ? column.impute : x) - column.mean) / column.scale;
    score += model.weights[j]! * value;
  }
  return score;
}

function sumTrees(trees: Tree[], design: Float64Array): number {
  let sum = 0;
  for (const tree of trees) {
    let node = 0;
    while (tree.feature[node] !== -1) {
      const x = design[tree.feature[node]!]!;
      const left = Number.isNaN(x) ? tree.missingLeft[node] === 1 : x <= tree.threshold[node]!;
      node = left ? tree.left[node]! : tree.right[node]!;
    }
    sum += tree.value[node]!;
  }
  return sum;
}

function linkOf(model: FittedModel): (score: number) => number {
  if (model.answer === 'value') return (score) => score;
  return scoreIsShare(model) ? clip : sigmoid;
}

function clip(score: number): number {
  return Math.min(1, Math.max(0, score));
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
