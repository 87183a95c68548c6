import type { TreesModel, Tree } from '../../../supply/onnx/fitted-model.ts';
import type { Task } from '../learner.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { binMatrix } from './bins.ts';
import type { Binned } from './bins.ts';
import type { GrowLimits, GrownTree, GrowSpace } from './grow-tree.ts';
import { growTree } from './grow-tree.ts';
import { routeBinned } from './tree-builder.ts';
import { createHistogramStore } from './histogram.ts';
import type { SeededRandom } from '../random.ts';
import { createRandom, shuffle } from '../random.ts';
import { roundForExactSums } from '../targets.ts';
import { createLevelSets } from './level-sets.ts';
import type { Loss, RegressionLoss } from './loss.ts';
import { lossFor } from './loss.ts';
import type { Direction } from './monotone.ts';
import { createMonotone } from './monotone.ts';

export interface BoostingParameters {
  trees: number;
  /** Learning rate: every leaf value is multiplied by it. */
  rate: number;
  /** Most leaves of a tree; growth is best-first. */
  leaves: number;
  /** Fewest training rows in a leaf. */
  minRows: number;
  /** L2 penalty on leaf values. Default 0. */
  l2?: number;
  /** Most splits between root and leaf. Default 64. */
  maxDepth?: number;
  /** Most value bins per column, 2 to 255; missing has one of its own. Default 255. */
  bins?: number;
  /** Share of rows drawn without replacement for each tree. Default 1. */
  rowShare?: number;
  /** Share of design-matrix columns offered to each tree. Default 1. */
  columnShare?: number;
  /** Stop when the loss on a held-out share of the rows has not improved for so many trees. Default: off. */
  earlyStop?: { share: number; rounds: number };
  /** Number features whose rise may only raise (`up`) or only lower (`down`) the answer. */
  monotone?: Record<string, Direction>;
  /** `native` divides a category of more than four levels by sets of its levels. Default: one level at a time. */
  categories?: 'indicators' | 'native';
  /** Of native categories: fewest rows of a level in a node for it to be told from unseen ones. Default 10. */
  levelRows?: number;
  /** Of native categories: hessian added to each level and side, against chance orders of small ones. Default 10. */
  smoothing?: number;
  /** What a regression lessens. Default `squared`, whose answer is the mean. */
  loss?: RegressionLoss;
}

/**
 * Fits gradient-boosted trees on histograms (Friedman 2001; Ke et al. 2017), second order, best-first: for log-loss of
 * the labels, or, when the task is regression, for a loss of the targets. Every row counts by its weight, in all but
 * `minRows`. `seed` matters only with subsampling or early stopping. Throws `bad_parameter`, `bad_value`.
 */
export function fitBoosting(
  matrix: Matrix,
  parameters: BoostingParameters,
  seed = 0,
  task: Task = 'classification',
): TreesModel {
  return fitBoostingWithMargins(matrix, parameters, seed, task).model;
}

/**
 * As `fitBoosting`, and the margins of the training rows as routed by bins: those of the raw values to the bit, as
 * long as early stopping did not drop trees. Of a regression they are in units of the targets' spread.
 */
export function fitBoostingWithMargins(
  matrix: Matrix,
  parameters: BoostingParameters,
  seed: number,
  task: Task = 'classification',
): { model: TreesModel; margins: Float64Array } {
  const { rows } = matrix;
  const { rowShare = 1, columnShare = 1, earlyStop } = parameters;
  const loss = lossFor(task, parameters.loss, matrix);
  const random = createRandom(seed);
  const sets = createLevelSets(matrix.columns);
  const limits = { ...limitsOf(parameters, matrix), sets };
  const binned = binMatrix(matrix, parameters.bins ?? 255);
  const { learning, held } = holdOut(rows, earlyStop?.share ?? 0, random);
  const base = loss.baseOf(learning);
  const margins = new Float64Array(rows).fill(base);
  const drawn = Math.max(1, Math.round(rowShare * learning.length));
  const space = createSpace(binned, drawn);
  const offered = new Uint8Array(matrixWidth(matrix.columns)).fill(1);
  const { leafOf } = loss;
  if (leafOf !== undefined) limits.leafOf = (own) => leafOf(margins, own);
  const trees: Tree[] = [];
  let best = { trees: 0, loss: loss.meanOf(margins, held) };
  for (let count = 1; count <= parameters.trees; count++) {
    space.rows.set(drawn < learning.length ? drawRows(learning, drawn, random) : learning);
    if (columnShare < 1) offerColumns(offered, columnShare, random);
    loss.setGradients(margins, space.gradients, space.hessians);
    const grown = growTree(binned, space, limits, offered);
    trees.push(grown.tree);
    addTree(margins, grown, space, drawn < rows);
    if (earlyStop === undefined) continue;
    const now = loss.meanOf(margins, held);
    if (now < best.loss) best = { trees: count, loss: now };
    if (count - best.trees >= earlyStop.rounds) break;
  }
  // A model needs a tree, even one that early stopping would rather not have.
  const kept = earlyStop === undefined ? trees.length : Math.max(1, best.trees);
  const finished = sets.finish(trees.slice(0, kept));
  return { model: modelOf(finished, base, loss), margins };
}

function limitsOf(parameters: BoostingParameters, { columns }: Matrix): GrowLimits {
  const { rate, leaves, minRows, l2 = 0, maxDepth = 64, levelRows = 10, smoothing = 10 } = parameters;
  const directions = Object.keys(parameters.monotone ?? {}).length > 0 ? parameters.monotone : undefined;
  const monotone = directions && createMonotone(directions, columns, l2);
  const native = parameters.categories === 'native' ? { levelRows, smoothing } : undefined;
  return { rate, leaves, minRows, l2, maxDepth, monotone, gain: monotone?.gain, native };
}

function modelOf(
  { columns, trees }: Pick<TreesModel, 'columns' | 'trees'>,
  base: number,
  { targets }: Loss,
): TreesModel {
  if (targets === undefined) return { kind: 'trees', columns, trees, base };
  const { mean, scale } = targets;
  const inDays = trees.map((tree) => ({ ...tree, value: tree.value.map((value) => scale * value) }));
  return { kind: 'trees', answer: 'value', columns, ...roundForExactSums(inDays, mean + scale * base) };
}

function createSpace(binned: Binned, drawn: number): GrowSpace {
  return {
    rows: new Int32Array(drawn),
    scratch: new Int32Array(drawn),
    gradients: new Float64Array(binned.rows),
    hessians: new Float64Array(binned.rows),
    ordered: { gradients: new Float64Array(drawn), hessians: new Float64Array(drawn) },
    store: createHistogramStore(binned.totalBins),
  };
}

/** Training rows and those held out for early stopping, each in ascending order. */
function holdOut(rows: number, share: number, random: SeededRandom): { learning: Int32Array; held: Int32Array } {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  if (share === 0) return { learning: order, held: new Int32Array(0) };
  const border = Math.max(1, Math.round(share * rows));
  shuffle(order, random);
  return { learning: order.slice(border).toSorted(), held: order.slice(0, border).toSorted() };
}

function drawRows(learning: Int32Array, drawn: number, random: SeededRandom): Int32Array {
  // Ascending, so that the reading of bins stays local.
  return shuffle(learning.slice(), random).subarray(0, drawn).toSorted();
}

function offerColumns(offered: Uint8Array, share: number, random: SeededRandom): void {
  offered.fill(0).fill(1, 0, Math.max(1, Math.round(share * offered.length)));
  shuffle(offered, random);
}

/** Adds the new tree to every margin: by leaf for the rows it was grown on, by routing when some were left out. */
function addTree(margins: Float64Array, grown: GrownTree, space: GrowSpace, route: boolean): void {
  if (route) {
    for (let row = 0; row < margins.length; row++) margins[row]! += routeBinned(grown, row);
    return;
  }
  for (const { start, end, value } of grown.leaves) {
    for (let index = start; index < end; index++) margins[space.rows[index]!]! += value;
  }
}
