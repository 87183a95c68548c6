import type { Binned, BinnedColumn } from './bins.ts';
import type { Histogram } from './histogram.ts';

export interface NodeSums {
  gradient: number;
  hessian: number;
  rows: number;
}

/**
 * How a node is divided, in bins: numbers go left when `bin <= border`, indicators when `bin !== border`, sets of levels
 * when `members[bin]` is 0.
 */
export interface Split {
  gain: number;
  column: BinnedColumn;
  border: number;
  /** Design-matrix column; -1 for a set of levels, which has none before a tree uses it. */
  design: number;
  members: Uint8Array | undefined;
  missingLeft: boolean;
  left: NodeSums;
  right: NodeSums;
}

/** The binned twin of "left when x <= threshold, or as `missingLeft` says for NaN". */
export function goesLeft(split: Split, bin: number): boolean {
  if (split.column.kind === 'category') {
    return split.members === undefined ? bin !== split.border : split.members[bin] === 0;
  }
  return bin === split.column.valueBins ? split.missingLeft : bin <= split.border;
}

export interface SplitLimits {
  minRows: number;
  l2: number;
  /** What a division gains, where that is not the fall of the squared error; -Infinity forbids it. */
  gain?: GainRule | undefined;
  /** Categories of many levels are divided by sets of them; absent: by one level at a time. */
  native?: NativeCategories | undefined;
}

export type GainRule = (column: BinnedColumn, g: number, h: number, otherG: number, otherH: number) => number;

export interface NativeCategories {
  /** A level with fewer rows in a node stands with the unseen ones there. */
  levelRows: number;
  /** Hessian that is added to each level and to each side: levels of few rows order by little more than chance. */
  smoothing: number;
}

/** Categories of no more levels than this are divided by one of them at a time. */
const FEW_LEVELS = 4;

/** Less curvature than this on a side gives leaf values without meaning (the bound of scikit-learn). */
const MIN_HESSIAN = 1e-3;
const MIN_GAIN = 1e-9;

/** The best division of a node, or undefined; ties go to the earlier column and the lower border. */
export function findSplit(
  histogram: Histogram,
  binned: Binned,
  node: NodeSums,
  limits: SplitLimits,
  offered: Uint8Array,
): Split | undefined {
  const best = noSplitYet();
  for (const column of binned.columns) scanColumn(best, histogram, column, node, limits, offered);
  return splitOf(best, node);
}

/** What a scan starts from. */
export function noSplitYet(): BestSplit {
  return { gain: MIN_GAIN, column: undefined, border: 0, members: undefined, missingLeft: false, g: 0, h: 0, n: 0 };
}

/** Moves `best` to the best division by one column, where that gains more; `offered` as in `findSplit`. */
export function scanColumn(
  best: BestSplit,
  histogram: Histogram,
  column: BinnedColumn,
  node: NodeSums,
  limits: SplitLimits,
  offered: Uint8Array,
): void {
  if (column.kind === 'category') {
    const { native } = limits;
    if (native === undefined || column.valueBins <= FEW_LEVELS) {
      scanIndicators(best, histogram, column, node, limits, offered);
    } else if (offered[column.design] === 1) scanLevels(best, histogram, column, node, limits, native);
  } else if (offered[column.design] === 1) scanNumber(best, histogram, column, node, limits);
}

/** The division that the scans have come to, or undefined. */
export function splitOf(best: BestSplit, node: NodeSums): Split | undefined {
  const { column, border, members } = best;
  if (column === undefined) return undefined;
  return {
    gain: best.gain,
    column,
    border,
    design: members !== undefined ? -1 : column.kind === 'number' ? column.design : column.design + border,
    members,
    missingLeft: best.missingLeft,
    left: { gradient: best.g, hessian: best.h, rows: best.n },
    right: { gradient: node.gradient - best.g, hessian: node.hessian - best.h, rows: node.rows - best.n },
  };
}

/** Mutable so that the scan allocates nothing. `g`, `h`, `n` are the sums of the left side. */
export interface BestSplit {
  gain: number;
  column: BinnedColumn | undefined;
  border: number;
  members: Uint8Array | undefined;
  missingLeft: boolean;
  g: number;
  h: number;
  n: number;
}

function scanNumber(
  best: BestSplit,
  histogram: Histogram,
  column: BinnedColumn,
  node: NodeSums,
  limits: SplitLimits,
): void {
  const { minRows } = limits;
  const base = 3 * column.offset;
  const missing = base + 3 * column.valueBins;
  const missingRows = column.hasMissing ? histogram[missing + 2]! : 0;
  let g = 0;
  let h = 0;
  let n = 0;
  for (let at = base, bin = 0; bin < column.valueBins; at += 3, bin++) {
    const rows = histogram[at + 2]!;
    // A bin without rows divides nothing new; after subtraction its sums are rounding, so it is left out.
    if (rows === 0) continue;
    g += histogram[at]!;
    h += histogram[at + 1]!;
    n += rows;
    if (node.rows - n < minRows) break;
    if (missingRows > 0) {
      const [withG, withH] = [g + histogram[missing]!, h + histogram[missing + 1]!];
      consider(best, column, bin, true, withG, withH, n + missingRows, node, limits);
      consider(best, column, bin, false, g, h, n, node, limits);
    } else if (n >= minRows) {
      // No missing row here to learn from: the way of the majority.
      consider(best, column, bin, n >= node.rows - n, g, h, n, node, limits);
    }
  }
}

function scanIndicators(
  best: BestSplit,
  histogram: Histogram,
  column: BinnedColumn,
  node: NodeSums,
  limits: SplitLimits,
  offered: Uint8Array,
): void {
  for (let level = 0; level < column.valueBins; level++) {
    const at = 3 * (column.offset + level);
    const rows = histogram[at + 2]!;
    if (rows < limits.minRows || offered[column.design + level] === 0) continue;
    const g = node.gradient - histogram[at]!;
    const h = node.hessian - histogram[at + 1]!;
    consider(best, column, level, true, g, h, node.rows - rows, node, limits);
  }
}

/**
 * Levels in the order of their mean gradient; the best two sets are then the two ends of that order (Fisher 1958). A set
 * goes right from either end, everything else left: unseen, missing and rare levels too.
 */
function scanLevels(
  best: BestSplit,
  histogram: Histogram,
  column: BinnedColumn,
  node: NodeSums,
  limits: SplitLimits,
  { levelRows, smoothing }: NativeCategories,
): void {
  const base = 3 * column.offset;
  const meanOf = (level: number): number => {
    const at = base + 3 * level;
    return histogram[at]! / (histogram[at + 1]! + smoothing);
  };
  const order: number[] = [];
  for (let level = 0; level < column.valueBins; level++) {
    if (histogram[base + 3 * level + 2]! >= levelRows) order.push(level);
  }
  order.sort((a, b) => meanOf(a) - meanOf(b) || a - b);
  const smoothed = { ...limits, l2: limits.l2 + smoothing };
  for (const ends of [order, order.toReversed()]) {
    let { gradient: g, hessian: h, rows } = node;
    for (const [place, level] of ends.entries()) {
      const at = base + 3 * level;
      g -= histogram[at]!;
      h -= histogram[at + 1]!;
      rows -= histogram[at + 2]!;
      if (rows < limits.minRows) break;
      const before = best.gain;
      consider(best, column, 0, true, g, h, rows, node, smoothed);
      if (best.gain === before) continue;
      best.members = new Uint8Array(column.valueBins + 1);
      for (const member of ends.slice(0, place + 1)) best.members[member] = 1;
    }
  }
}

function consider(
  best: BestSplit,
  column: BinnedColumn,
  border: number,
  missingLeft: boolean,
  g: number,
  h: number,
  n: number,
  node: NodeSums,
  limits: SplitLimits,
): void {
  const otherH = node.hessian - h;
  if (n < limits.minRows || node.rows - n < limits.minRows || h < MIN_HESSIAN || otherH < MIN_HESSIAN) return;
  const otherG = node.gradient - g;
  const { l2 } = limits;
  const whole = (node.gradient * node.gradient) / (node.hessian + l2);
  const gain =
    limits.gain === undefined
      ? (g * g) / (h + l2) + (otherG * otherG) / (otherH + l2) - whole
      : limits.gain(column, g, h, otherG, otherH);
  // Written so that no gain at all, which is no number, passes for none.
  if (!(gain > best.gain)) return;
  best.gain = gain;
  best.column = column;
  best.border = border;
  best.members = undefined;
  best.missingLeft = missingLeft;
  best.g = g;
  best.h = h;
  best.n = n;
}
