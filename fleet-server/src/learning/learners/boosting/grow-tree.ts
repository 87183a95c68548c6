import type { Binned } from './bins.ts';
import type { Histogram, HistogramStore, OrderedSums } from './histogram.ts';
import { fillHistogram, subtractHistogram } from './histogram.ts';
import type { LevelSets } from './level-sets.ts';
import type { Bounds, Monotone } from './monotone.ts';
import { UNBOUNDED } from './monotone.ts';
import type { NodeSums, Split, SplitLimits } from './split.ts';
import { findSplit, goesLeft } from './split.ts';
import type { BinnedTree } from './tree-builder.ts';
import { createTreeBuilder } from './tree-builder.ts';

export interface GrowLimits extends SplitLimits {
  leaves: number;
  maxDepth: number;
  rate: number;
  monotone?: Monotone | undefined;
  /** Numbers the sets of levels that divisions use. */
  sets?: LevelSets | undefined;
  /** What a leaf of these rows says before the rate, where that does not follow from its gradients. */
  leafOf?: ((rows: Int32Array) => number) | undefined;
}

/** Arrays reused from tree to tree. `rows` holds the training rows and is reordered in place. */
export interface RowSpace {
  rows: Int32Array;
  scratch: Int32Array;
  gradients: Float64Array;
  hessians: Float64Array;
  ordered: OrderedSums;
}

export interface GrowSpace extends RowSpace {
  store: HistogramStore;
}

/** A finished leaf: the rows `space.rows[start … end)` get `value`. */
export interface GrownLeaf {
  start: number;
  end: number;
  value: number;
}

export interface GrownTree extends BinnedTree {
  leaves: GrownLeaf[];
}

interface OpenLeaf {
  node: number;
  start: number;
  end: number;
  depth: number;
  sums: NodeSums;
  bounds: Bounds;
  histogram: Histogram | undefined;
  split: Split | undefined;
}

/** Grows one regression tree best-first on the gradients in `space`; `offered` marks the design columns it may use. */
export function growTree(binned: Binned, space: GrowSpace, limits: GrowLimits, offered: Uint8Array): GrownTree {
  const builder = createTreeBuilder(limits.leaves);
  const root: OpenLeaf = {
    node: builder.addNode(),
    start: 0,
    end: space.rows.length,
    depth: 0,
    sums: sumRows(space),
    bounds: UNBOUNDED,
    histogram: undefined,
    split: undefined,
  };
  if (canSplit(root, limits)) {
    root.histogram = measure(root, binned, space);
    root.split = splitOfLeaf(root, root.histogram, binned, limits, offered);
  }
  const open = [root];
  while (open.length < limits.leaves) {
    const best = bestOf(open);
    if (best === undefined) break;
    const split = open[best]!.split!;
    if (split.members !== undefined) split.design = limits.sets!.designOf(split.column, split.members);
    const [left, right] = divide(open[best]!, split, builder.addNode(), builder.addNode(), space, limits);
    builder.setSplit(open[best]!.node, split, left.node, right.node);
    // The last division's children stay leaves, whatever they could gain.
    const more = open.length + 1 < limits.leaves;
    shareHistogram(open[best]!, left, right, more, binned, space, limits);
    for (const child of [left, right]) {
      if (child.histogram === undefined) continue;
      child.split = splitOfLeaf(child, child.histogram, binned, limits, offered);
    }
    open.splice(best, 1, left, right);
  }
  const leaves = open.map((leaf) => {
    if (leaf.histogram !== undefined) space.store.give(leaf.histogram);
    const value = leafValue(leaf, space, limits);
    builder.setLeaf(leaf.node, value);
    return { start: leaf.start, end: leaf.end, value };
  });
  return { ...builder.finish(), leaves };
}

function leafValue({ start, end, sums, bounds }: OpenLeaf, { rows }: RowSpace, limits: GrowLimits): number {
  const { rate, l2, monotone, leafOf } = limits;
  if (leafOf !== undefined) return rate * leafOf(rows.subarray(start, end));
  if (monotone !== undefined) return rate * monotone.leafOf(sums, bounds);
  return (-rate * sums.gradient) / Math.max(sums.hessian + l2, 1e-12);
}

function splitOfLeaf(
  { sums, bounds }: OpenLeaf,
  histogram: Histogram,
  binned: Binned,
  limits: GrowLimits,
  offered: Uint8Array,
): Split | undefined {
  limits.monotone?.enter(bounds);
  return findSplit(histogram, binned, sums, limits, offered);
}

function bestOf(open: OpenLeaf[]): number | undefined {
  let best: number | undefined;
  for (let index = 0; index < open.length; index++) {
    const gain = open[index]!.split?.gain ?? 0;
    if (gain > 0 && (best === undefined || gain > open[best]!.split!.gain)) best = index;
  }
  return best;
}

function canSplit(leaf: OpenLeaf, limits: GrowLimits): boolean {
  return leaf.depth < limits.maxDepth && leaf.end - leaf.start >= 2 * limits.minRows;
}

/** Sums over all rows of the space: those of a root. */
export function sumRows(space: RowSpace): NodeSums {
  let gradient = 0;
  let hessian = 0;
  for (const row of space.rows) {
    gradient += space.gradients[row]!;
    hessian += space.hessians[row]!;
  }
  return { gradient, hessian, rows: space.rows.length };
}

function measure(leaf: OpenLeaf, binned: Binned, space: GrowSpace): Histogram {
  const histogram = space.store.take();
  const { rows, gradients, hessians, ordered } = space;
  fillHistogram(histogram, binned, rows, leaf.start, leaf.end, gradients, hessians, ordered);
  return histogram;
}

/** Counts the smaller child, subtracts to get the larger one, and gives back what nobody needs. */
function shareHistogram(
  parent: OpenLeaf,
  left: OpenLeaf,
  right: OpenLeaf,
  more: boolean,
  binned: Binned,
  space: GrowSpace,
  limits: GrowLimits,
): void {
  const whole = parent.histogram!;
  const [small, large] = left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
  if (!more || !canSplit(large, limits)) {
    space.store.give(whole);
    return;
  }
  small.histogram = measure(small, binned, space);
  subtractHistogram(whole, small.histogram);
  large.histogram = whole;
  if (canSplit(small, limits)) return;
  space.store.give(small.histogram);
  small.histogram = undefined;
}

function divide(
  parent: OpenLeaf,
  split: Split,
  leftNode: number,
  rightNode: number,
  space: GrowSpace,
  { monotone }: GrowLimits,
): [OpenLeaf, OpenLeaf] {
  const border = partitionRows(space, split, parent.start, parent.end);
  const depth = parent.depth + 1;
  const child = { depth, histogram: undefined, split: undefined };
  const [below, above] = monotone?.divide(split, parent.bounds) ?? [UNBOUNDED, UNBOUNDED];
  return [
    { ...child, node: leftNode, start: parent.start, end: border, sums: split.left, bounds: below },
    { ...child, node: rightNode, start: border, end: parent.end, sums: split.right, bounds: above },
  ];
}

/** Stable partition of `rows[start … end)`: left rows first, both sides in their old order; answers the border. */
export function partitionRows(space: RowSpace, split: Split, start: number, end: number): number {
  const { rows, scratch } = space;
  const { bins } = split.column;
  let write = start;
  let held = 0;
  for (let index = start; index < end; index++) {
    const row = rows[index]!;
    if (goesLeft(split, bins[row]!)) rows[write++] = row;
    else scratch[held++] = row;
  }
  rows.set(scratch.subarray(0, held), write);
  return write;
}
