import type { CategoryColumn, Columns, LinearModel, Tree, TreesModel } from '../fitted-model.ts';

/** For tests and measurements: seeded models and rows, the same on every machine. */
export type Random = () => number;

/** mulberry32; uniform in [0, 1). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function randomColumns(random: Random, numbers: number, categories: number): Columns {
  return {
    numbers: Array.from({ length: numbers }, (_, index) => ({
      name: `number-${index}`,
      impute: random() * 10 - 5,
      mean: random() * 10 - 5,
      scale: random() * 3 + 0.2,
    })),
    categories: Array.from({ length: categories }, (_, index): CategoryColumn => ({
      name: `category-${index}`,
      levels: Array.from({ length: 1 + below(random, 4) }, (_level, level) => `level-${level}`),
    })),
  };
}

export function randomLinear(random: Random, columns: Columns): LinearModel {
  const width = widthOf(columns);
  return {
    kind: 'linear',
    columns,
    weights: Float64Array.from({ length: width }, () => random() * 2 - 1),
    bias: random() - 0.5,
  };
}

export interface ForestShape {
  trees: number;
  depth: number;
  /** Simulated training rows a tree; decides where branches end and how often leaves repeat. */
  rows: number;
}

/** Trees shaped like a histogram forest's: uneven splits, 255 thresholds a feature, leaves that are class shares. */
export function randomTrees(random: Random, columns: Columns, shape: ForestShape): TreesModel {
  const width = widthOf(columns);
  const trees = Array.from({ length: shape.trees }, () => {
    const nodes: Node[] = [];
    grow(nodes, random, { depth: shape.depth, rows: shape.rows, width, scale: 1 / shape.trees });
    return toTree(nodes);
  });
  return { kind: 'trees', columns, trees, base: random() - 0.5 };
}

/** The same trees as a forest's: leaves are shares of their tree's part of one, the score is the probability. */
export function randomForest(random: Random, columns: Columns, shape: ForestShape): TreesModel {
  const { trees, ...model } = randomTrees(random, columns, shape);
  const part = 1 / shape.trees;
  const shares = trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value / 8 + part / 2) }));
  return { ...model, link: 'identity', trees: shares, base: 0 };
}

/** Row-major inputs for a model: a tenth missing, a tenth unseen, and values that lie on thresholds. */
export function randomRows(
  random: Random,
  columns: Columns,
  rows: number,
): { numbers: Float32Array; categories: string[] } {
  const numbers = Float32Array.from({ length: rows * columns.numbers.length }, () =>
    random() < 0.1 ? Number.NaN : thresholdAt(below(random, 255)) + (random() < 0.5 ? 0 : random() - 0.5),
  );
  const categories = Array.from({ length: rows }, () =>
    columns.categories.map((column) =>
      random() < 0.1 ? 'unseen' : column.levels[below(random, column.levels.length)]!,
    ),
  ).flat();
  return { numbers, categories };
}

interface Node {
  feature: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: number;
  value: number;
}

interface Growth {
  depth: number;
  rows: number;
  width: number;
  scale: number;
}

function grow(nodes: Node[], random: Random, growth: Growth): number {
  const { depth, rows, width, scale } = growth;
  const index = nodes.push({ feature: -1, threshold: 0, left: 0, right: 0, missingLeft: 0, value: 0 }) - 1;
  const node = nodes[index]!;
  if (depth === 0 || rows < 4 || random() < 0.02) {
    node.value = (below(random, rows + 1) / rows - 0.5) * 8 * scale;
    return index;
  }
  const leftRows = Math.max(1, Math.min(rows - 1, Math.round(rows * (0.1 + 0.8 * random()))));
  node.feature = below(random, width);
  node.threshold = thresholdAt(below(random, 255));
  node.missingLeft = below(random, 2);
  node.left = grow(nodes, random, { ...growth, depth: depth - 1, rows: leftRows });
  node.right = grow(nodes, random, { ...growth, depth: depth - 1, rows: rows - leftRows });
  return index;
}

function toTree(nodes: Node[]): Tree {
  return {
    feature: Int32Array.from(nodes, (node) => node.feature),
    threshold: Float64Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
    value: Float64Array.from(nodes, (node) => node.value),
  };
}

function thresholdAt(step: number): number {
  return Math.fround((step - 127) * 0.0371);
}

function widthOf(columns: Columns): number {
  return columns.numbers.length + columns.categories.reduce((sum, column) => sum + column.levels.length, 0);
}
