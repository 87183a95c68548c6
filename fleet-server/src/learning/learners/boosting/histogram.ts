import type { Binned, BinnedColumn } from './bins.ts';

/** Gradient, hessian and row count of each bin, three numbers a bin. */
export type Histogram = Float64Array;

export interface HistogramStore {
  take(): Histogram;
  give(histogram: Histogram): void;
}

/** Recycles histograms: allocating one per node would cost more than filling it. */
export function createHistogramStore(totalBins: number): HistogramStore {
  const free: Histogram[] = [];
  return {
    take: () => free.pop() ?? new Float64Array(3 * totalBins),
    give: (histogram) => void free.push(histogram),
  };
}

/** Gradients and hessians in the order of `rows`. */
export interface OrderedSums {
  gradients: Float64Array;
  hessians: Float64Array;
}

/** Fills `histogram` from the rows `rows[start … end)`; `ordered` is scratch of the same length as `rows`. */
export function fillHistogram(
  histogram: Histogram,
  binned: Binned,
  rows: Int32Array,
  start: number,
  end: number,
  gradients: Float64Array,
  hessians: Float64Array,
  ordered: OrderedSums,
): void {
  orderSums(ordered, rows, start, end, gradients, hessians);
  histogram.fill(0);
  for (const column of binned.columns) {
    fillColumn(histogram, 3 * column.offset, column.bins, rows, start, end, ordered.gradients, ordered.hessians);
  }
}

/** Gathered once per node, then read in order by every column. */
export function orderSums(
  ordered: OrderedSums,
  rows: Int32Array,
  start: number,
  end: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let index = start; index < end; index++) {
    ordered.gradients[index] = gradients[rows[index]!]!;
    ordered.hessians[index] = hessians[rows[index]!]!;
  }
}

/** Fills the part of one column alone, from rows whose sums are in order already. */
export function refillColumn(
  histogram: Histogram,
  column: BinnedColumn,
  rows: Int32Array,
  start: number,
  end: number,
  ordered: OrderedSums,
): void {
  const base = 3 * column.offset;
  histogram.fill(0, base, base + 3 * (column.valueBins + (column.hasMissing ? 1 : 0)));
  fillColumn(histogram, base, column.bins, rows, start, end, ordered.gradients, ordered.hessians);
}

function fillColumn(
  histogram: Histogram,
  base: number,
  bins: Uint8Array,
  rows: Int32Array,
  start: number,
  end: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let index = start; index < end; index++) {
    const bin = base + 3 * bins[rows[index]!]!;
    histogram[bin]! += gradients[index]!;
    histogram[bin + 1]! += hessians[index]!;
    histogram[bin + 2]! += 1;
  }
}

/** Turns the parent's histogram into the other child's: what one child does not hold, the other does. */
export function subtractHistogram(parent: Histogram, child: Histogram): void {
  for (let index = 0; index < parent.length; index++) parent[index]! -= child[index]!;
}
