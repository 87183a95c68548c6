import type { Binned, BinnedColumn } from '../boosting/bins.ts';
import type { RowSpace } from '../boosting/grow-tree.ts';
import { partitionRows, sumRows } from '../boosting/grow-tree.ts';
import type { Histogram } from '../boosting/histogram.ts';
import { orderSums, refillColumn } from '../boosting/histogram.ts';
import type { NodeSums, Split, SplitLimits } from '../boosting/split.ts';
import { noSplitYet, scanColumn, splitOf } from '../boosting/split.ts';
import type { BinnedTree } from '../boosting/tree-builder.ts';
import { createTreeBuilder } from '../boosting/tree-builder.ts';
import type { SeededRandom } from '../random.ts';

export interface ForestLimits extends SplitLimits {
  depth: number;
  /** Targets are 0 and 1, so that a node of one of them is done. */
  classes: boolean;
  /** Columns drawn for each split. */
  features: number;
}

/** Arrays reused from tree to tree; a tree overwrites what it reads. */
export interface ForestSpace extends RowSpace {
  histogram: Histogram;
  /** The columns, shuffled in place by the draws: a fresh copy for every tree. */
  order: BinnedColumn[];
  /** All ones: a column that was drawn is offered whole. */
  offered: Uint8Array;
}

interface OpenNode {
  node: number;
  start: number;
  end: number;
  depth: number;
  sums: NodeSums;
}

/**
 * Grows one tree depth-first on the rows of the space, each weighted by its hessian, gradient = -weight · target: the
 * gain of a split is then the fall in variance, which for two classes is half the fall in Gini impurity. Without
 * `random` every split is the best by all columns.
 * @param leafValue of the mean target of a leaf
 */
export function growDepthFirst(
  space: ForestSpace,
  limits: ForestLimits,
  random: SeededRandom | undefined,
  leafValue: (mean: number) => number,
): BinnedTree & { root: NodeSums } {
  const mostLeaves = Math.max(1, Math.min(2 ** limits.depth, Math.floor(space.rows.length / limits.minRows)));
  const builder = createTreeBuilder(mostLeaves);
  const root = sumRows(space);
  const open: OpenNode[] = [{ node: builder.addNode(), start: 0, end: space.rows.length, depth: 0, sums: root }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const split = drawSplit(at, space, limits, random);
    if (split === undefined) {
      builder.setLeaf(at.node, leafValue((0 - at.sums.gradient) / at.sums.hessian));
      continue;
    }
    const border = partitionRows(space, split, at.start, at.end);
    const depth = at.depth + 1;
    const left = { node: builder.addNode(), start: at.start, end: border, depth, sums: split.left };
    const right = { node: builder.addNode(), start: border, end: at.end, depth, sums: split.right };
    builder.setSplit(at.node, split, left.node, right.node);
    open.push(right, left);
  }
  return { ...builder.finish(), root };
}

/** The best split by columns drawn without replacement; drawing goes on beyond `features` until one divides at all. */
function drawSplit(
  at: OpenNode,
  space: ForestSpace,
  limits: ForestLimits,
  random: SeededRandom | undefined,
): Split | undefined {
  const { gradient, hessian, rows } = at.sums;
  const pure = limits.classes && (gradient === 0 || gradient === -hessian);
  if (pure || at.depth >= limits.depth || rows < 2 * limits.minRows) return undefined;
  const { order, histogram, ordered, offered } = space;
  orderSums(ordered, space.rows, at.start, at.end, space.gradients, space.hessians);
  const best = noSplitYet();
  for (let drawn = 0; drawn < order.length; drawn++) {
    if (drawn >= limits.features && best.column !== undefined) break;
    const other = drawn + (random?.below(order.length - drawn) ?? 0);
    const column = order[other]!;
    order[other] = order[drawn]!;
    order[drawn] = column;
    refillColumn(histogram, column, space.rows, at.start, at.end, ordered);
    scanColumn(best, histogram, column, at.sums, limits, offered);
  }
  return splitOf(best, at.sums);
}

/** Arrays for trees of up to `rows` rows over these columns. */
export function createForestSpace(binned: Binned, width: number): ForestSpace {
  const { rows } = binned;
  return {
    rows: new Int32Array(rows),
    scratch: new Int32Array(rows),
    gradients: new Float64Array(rows),
    hessians: new Float64Array(rows),
    ordered: { gradients: new Float64Array(rows), hessians: new Float64Array(rows) },
    histogram: new Float64Array(3 * binned.totalBins),
    order: [...binned.columns],
    offered: new Uint8Array(width).fill(1),
  };
}
