import type { TreesModel, Tree } from '../../../supply/onnx/fitted-model.ts';
import type { Matrix } from '../matrix.ts';
import { matrixWidth } from '../matrix.ts';
import { binMatrix } from './bins.ts';
import type { Binned } from './bins.ts';
import type { GrownTree, GrowSpace } from './grow-tree.ts';
import { goesLeft, growTree } from './grow-tree.ts';
import { createHistogramStore } from './histogram.ts';
import type { SeededRandom } from '../random.ts';
import { createRandom, shuffle } from '../random.ts';
import { logit, logLossOfMargin, sigmoid } from '../sigmoid.ts';

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
  /** Stop when log-loss on a held-out share of the rows has not improved for so many trees. Default: off. */
  earlyStop?: { share: number; rounds: number };
}

/**
 * Fits gradient-boosted trees for log-loss on histograms (Friedman 2001; Ke et al. 2017), second order, best-first.
 * `seed` matters only with subsampling or early stopping.
 */
export function fitBoosting(matrix: Matrix, parameters: BoostingParameters, seed = 0): TreesModel {
  return fitBoostingWithMargins(matrix, parameters, seed).model;
}

/**
 * As `fitBoosting`, and the margins of the training rows as routed by bins: those of the raw values to the bit, as
 * long as early stopping did not drop trees.
 */
export function fitBoostingWithMargins(
  matrix: Matrix,
  parameters: BoostingParameters,
  seed: number,
): { model: TreesModel; margins: Float64Array } {
  const { rows, labels } = matrix;
  const { rate, leaves, minRows, l2 = 0, maxDepth = 64, rowShare = 1, columnShare = 1 } = parameters;
  const random = createRandom(seed);
  const binned = binMatrix(matrix, parameters.bins ?? 255);
  const { learning, held } = holdOut(rows, parameters.earlyStop?.share ?? 0, random);
  const base = logit(smoothedRate(labels, learning));
  const margins = new Float64Array(rows).fill(base);
  const drawn = Math.max(1, Math.round(rowShare * learning.length));
  const space = createSpace(binned, drawn);
  const offered = new Uint8Array(matrixWidth(matrix.columns)).fill(1);
  const trees: Tree[] = [];
  let best = { trees: 0, loss: meanLoss(margins, labels, held) };
  for (let count = 1; count <= parameters.trees; count++) {
    space.rows.set(drawn < learning.length ? drawRows(learning, drawn, random) : learning);
    if (columnShare < 1) offerColumns(offered, columnShare, random);
    setGradients(space, margins, labels);
    const grown = growTree(binned, space, { rate, leaves, minRows, l2, maxDepth }, offered);
    trees.push(grown.tree);
    addTree(margins, grown, space, drawn < rows);
    if (parameters.earlyStop === undefined) continue;
    const loss = meanLoss(margins, labels, held);
    if (loss < best.loss) best = { trees: count, loss };
    if (count - best.trees >= parameters.earlyStop.rounds) break;
  }
  // A model needs a tree, even one that early stopping would rather not have.
  const kept = parameters.earlyStop === undefined ? trees.length : Math.max(1, best.trees);
  return { model: { kind: 'trees', columns: matrix.columns, trees: trees.slice(0, kept), base }, margins };
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

/** Share of label 1, kept off 0 and 1 so that the base stays finite on one class. */
function smoothedRate(labels: Uint8Array, rows: Int32Array): number {
  let late = 0;
  for (const row of rows) late += labels[row]!;
  return late === 0 || late === rows.length ? (late + 1) / (rows.length + 2) : late / rows.length;
}

function drawRows(learning: Int32Array, drawn: number, random: SeededRandom): Int32Array {
  // Ascending, so that the reading of bins stays local.
  return shuffle(learning.slice(), random).subarray(0, drawn).toSorted();
}

function offerColumns(offered: Uint8Array, share: number, random: SeededRandom): void {
  offered.fill(0).fill(1, 0, Math.max(1, Math.round(share * offered.length)));
  shuffle(offered, random);
}

function setGradients(space: GrowSpace, margins: Float64Array, labels: Uint8Array): void {
  for (let row = 0; row < margins.length; row++) {
    const probability = sigmoid(margins[row]!);
    space.gradients[row] = probability - labels[row]!;
    space.hessians[row] = probability * (1 - probability);
  }
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

function routeBinned({ tree, splits }: GrownTree, row: number): number {
  let node = 0;
  for (let split = splits[0]; split !== undefined; split = splits[node]) {
    node = goesLeft(split, split.column.bins[row]!) ? tree.left[node]! : tree.right[node]!;
  }
  return tree.value[node]!;
}

function meanLoss(margins: Float64Array, labels: Uint8Array, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += logLossOfMargin(margins[row]!, labels[row]!);
  return rows.length === 0 ? Infinity : sum / rows.length;
}
