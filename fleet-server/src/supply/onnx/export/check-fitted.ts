import type { Columns, FittedModel, Tree, TreesModel } from '../fitted-model.ts';
import { checkMachine } from '../machines/check-machine.ts';
import { checkFinite, invalid } from '../machines/refuse.ts';

/** Width of the design matrix: number columns, then one indicator a level, then the sets of levels. */
export function designWidth({ numbers, categories, sets = [] }: Columns): number {
  return numbers.length + categories.reduce((sum, column) => sum + column.levels.length, 0) + sets.length;
}

/**
 * Refuses a fitted model that no graph can express; a trainer may run elsewhere and hand over plain JSON.
 * @throws {OnnxError} onnx_fitted_invalid naming the field
 */
export function checkFitted(model: FittedModel): void {
  checkColumns(model.columns, model.kind !== 'trees');
  const width = designWidth(model.columns);
  if (width === 0) throw invalid('columns', 'describe no input', 'at least one number column or category level');
  if (model.kind === 'linear') {
    if (model.weights.length !== width)
      throw invalid('weights', `has ${model.weights.length} values`, `${width} values`);
    model.weights.forEach((weight, index) => checkFinite(`weights[${index}]`, weight));
    checkFinite('bias', model.bias);
    return;
  }
  if (model.kind !== 'trees') return checkMachine(model, width);
  checkFinite('base', model.base);
  model.trees.forEach((tree, index) => checkTree(tree, `trees[${index}]`, width));
  if (model.link === 'identity' && model.answer === undefined) checkShares(model);
}

/** What clipping may take away of a score: rounding, no more. */
const ROUNDING = 1e-6;

/** An identity link says that the score is a probability, so no row may reach one outside [0, 1]. */
function checkShares({ trees, base }: TreesModel): void {
  const leaves = trees.map(({ feature, value }) => value.filter((_, node) => feature[node] === -1));
  const least = leaves.reduce((sum, values) => sum + values.reduce((a, b) => Math.min(a, b)), base);
  const most = leaves.reduce((sum, values) => sum + values.reduce((a, b) => Math.max(a, b)), base);
  if (least >= -ROUNDING && most <= 1 + ROUNDING) return;
  throw invalid('link', `is identity over scores from ${least} to ${most}`, 'scores within [0, 1], or a sigmoid link');
}

function checkColumns(columns: Columns, standardised: boolean): void {
  columns.numbers.forEach((column, index) => {
    const at = `columns.numbers[${index}]`;
    if (!standardised) return;
    checkFinite(`${at}.impute`, column.impute);
    checkFinite(`${at}.mean`, column.mean);
    checkFinite(`${at}.scale`, column.scale);
    if (column.scale === 0) throw invalid(`${at}.scale`, 'is 0', 'a scale other than 0 (1 for a constant column)');
  });
  columns.categories.forEach((column, index) => {
    if (new Set(column.levels).size === column.levels.length) return;
    throw invalid(`columns.categories[${index}].levels`, 'names a level twice', 'distinct levels');
  });
  columns.sets?.forEach(({ category, levels }, index) => {
    const known = columns.categories[category]?.levels.length ?? 0;
    const ascending = levels.every((level, at) => Number.isInteger(level) && level > (levels[at - 1] ?? -1));
    const ordered = category >= (columns.sets?.[index - 1]?.category ?? 0);
    if (levels.length > 0 && ascending && levels.at(-1)! < known && ordered) return;
    const expected = `ascending levels below ${known}, sets of one category together`;
    throw invalid(`columns.sets[${index}]`, 'is no set of levels of a category', expected);
  });
}

/** Every internal node must be reached once: the runtime rejects shared internal nodes, and a cycle never ends. */
function checkTree(tree: Tree, at: string, width: number): void {
  const size = tree.feature.length;
  for (const name of ['threshold', 'left', 'right', 'missingLeft', 'value'] as const) {
    if (tree[name].length !== size) throw invalid(`${at}.${name}`, `has ${tree[name].length} values`, `${size} values`);
  }
  const seen = new Uint8Array(size);
  const open = [0];
  while (open.length > 0) {
    const node = open.pop()!;
    const feature = tree.feature[node];
    if (feature === undefined) throw invalid(at, `refers to node ${node}`, `nodes 0 to ${size - 1}`);
    if (feature === -1) {
      checkFinite(`${at}.value[${node}]`, tree.value[node]!);
      continue;
    }
    if (seen[node]) throw invalid(at, `reaches node ${node} twice`, 'internal nodes with one parent');
    seen[node] = 1;
    if (feature < 0 || feature >= width) throw invalid(`${at}.feature[${node}]`, `is ${feature}`, `-1 to ${width - 1}`);
    const threshold = tree.threshold[node]!;
    if (!Object.is(Math.fround(threshold), threshold) || Number.isNaN(threshold)) {
      throw invalid(`${at}.threshold[${node}]`, `is ${threshold}`, 'a number that float32 represents exactly');
    }
    open.push(tree.right[node]!, tree.left[node]!);
  }
}
