import type { Columns, FittedModel, LinearModel, Tree, TreesModel } from '../../../supply/onnx/index.ts';
import { buildMatrix, encodeTable, type Matrix } from '../../learners/index.ts';
import type { Dataset } from '../../datasets/index.ts';

export interface NativeImportance {
  /**
   * `gain`: of how much the trees' answers spread, the share that splits on the feature bring about. `weight`: standard
   * deviation of what the feature adds to the log-odds.
   */
  by: 'gain' | 'weight';
  /** The largest first. */
  features: { feature: string; value: number }[];
}

/** What a model says of its own features, over the rows of a dataset; undefined where its kind says nothing. */
export function nativeImportance(
  model: FittedModel,
  { examples, features }: Pick<Dataset, 'examples' | 'features'>,
): NativeImportance | undefined {
  if (model.kind !== 'trees' && model.kind !== 'linear') return undefined;
  const all = Int32Array.from(examples.keys());
  const matrix = buildMatrix(encodeTable(examples, features), model.columns, all);
  const values = model.kind === 'trees' ? gains(model, matrix) : spreads(model, matrix);
  const found = namesOf(model.columns).map((feature, index) => ({ feature, value: values[index]! }));
  const total = model.kind === 'trees' ? values.reduce((sum, value) => sum + value, 0) || 1 : 1;
  return {
    by: model.kind === 'trees' ? 'gain' : 'weight',
    features: found
      .map(({ feature, value }) => ({ feature, value: value / total }))
      .toSorted((a, b) => b.value - a.value || (a.feature < b.feature ? -1 : 1)),
  };
}

function namesOf({ numbers, categories }: Columns): string[] {
  return [...numbers, ...categories].map(({ name }) => name);
}

/** Standard deviation over the rows of what each feature adds. */
function spreads({ columns, weights }: LinearModel, { rows, numbers, codes }: Matrix): number[] {
  const ofNumbers = columns.numbers.map(({ impute, mean, scale }, column) => {
    const cells = numbers.subarray(column * rows, (column + 1) * rows);
    return deviation(
      Float64Array.from(cells, (x) => (weights[column]! * ((Number.isNaN(x) ? impute : x) - mean)) / scale),
    );
  });
  let offset = columns.numbers.length;
  const ofCategories = columns.categories.map(({ levels }, index) => {
    const from = offset;
    offset += levels.length;
    return deviation(Float64Array.from(codes[index]!, (level) => (level < levels.length ? weights[from + level]! : 0)));
  });
  return [...ofNumbers, ...ofCategories];
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Summed over splits: by how much the answers of a tree spread less within the two sides than within the node. */
function gains({ columns, trees }: TreesModel, matrix: Matrix): number[] {
  const found = Array.from({ length: columns.numbers.length + columns.categories.length }, () => 0);
  const owner = ownersOf(columns);
  for (const tree of trees) addGains(tree, matrix, owner, found);
  return found;
}

/** Design columns → position of the feature: indicators and sets belong to their category. */
function ownersOf({ numbers, categories, sets = [] }: Columns): number[] {
  return [
    ...numbers.keys(),
    ...categories.flatMap(({ levels }, index) => levels.map(() => numbers.length + index)),
    ...sets.map(({ category }) => numbers.length + category),
  ];
}

function addGains(tree: Tree, matrix: Matrix, owner: readonly number[], into: number[]): void {
  const nodes = tree.feature.length;
  const count = new Float64Array(nodes);
  const sum = new Float64Array(nodes);
  const squares = new Float64Array(nodes);
  const path: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    path.length = 0;
    let node = 0;
    for (;;) {
      path.push(node);
      if (tree.feature[node]! < 0) break;
      node = goesLeft(tree, node, valueOf(matrix, tree.feature[node]!, row)) ? tree.left[node]! : tree.right[node]!;
    }
    const value = tree.value[node]!;
    for (const passed of path) {
      count[passed]! += 1;
      sum[passed]! += value;
      squares[passed]! += value ** 2;
    }
  }
  const spread = (node: number) => squares[node]! - sum[node]! ** 2 / Math.max(1, count[node]!);
  for (let node = 0; node < nodes; node++) {
    if (tree.feature[node]! < 0) continue;
    const gain = spread(node) - spread(tree.left[node]!) - spread(tree.right[node]!);
    into[owner[tree.feature[node]!]!]! += Math.max(0, gain);
  }
}

function goesLeft(tree: Tree, node: number, value: number): boolean {
  return Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= tree.threshold[node]!;
}

function valueOf({ rows, columns, numbers, codes }: Matrix, column: number, row: number): number {
  if (column < columns.numbers.length) return numbers[column * rows + row]!;
  let rest = column - columns.numbers.length;
  for (const [index, { levels }] of columns.categories.entries()) {
    if (rest < levels.length) {
      const level = codes[index]![row];
      return level === rest ? 1 : 0;
    }
    rest -= levels.length;
  }
  const set = columns.sets?.[rest];
  return set?.levels.includes(codes[set.category]![row]!) === true ? 1 : 0;
}
