import type { Matrix } from '../matrix.ts';

/** Largest float32: the threshold of a split "any value left, missing right". */
const LARGEST = 3.4028234663852886e38;

/**
 * One stored column of the binned matrix. A number column has value bins 0 … `valueBins` - 1, then one for missing if
 * it occurs; a category has one bin per level, then one for none. The indicators of a category are split from its one
 * histogram (exclusive columns bundled: Ke et al. 2017, LightGBM, section 4).
 */
export interface BinnedColumn {
  kind: 'number' | 'category';
  bins: Uint8Array;
  /** First bin of this column in a histogram over all columns. */
  offset: number;
  /** Bins without the one for missing or none. */
  valueBins: number;
  hasMissing: boolean;
  /** Number: `bin <= k` exactly when `x <= thresholds[k]`. All are float32. */
  thresholds: Float32Array;
  /** Design-matrix index of the number column, or of the first indicator. */
  design: number;
}

export interface Binned {
  rows: number;
  totalBins: number;
  columns: BinnedColumn[];
}

/** Bins every column at quantiles of its own rows: at most `maxBins` value bins, fewer when values are few. */
export function binMatrix(matrix: Matrix, maxBins: number): Binned {
  const { rows } = matrix;
  let totalBins = 0;
  const columns: BinnedColumn[] = matrix.columns.numbers.map((_, design) => {
    const values = matrix.numbers.subarray(design * rows, (design + 1) * rows);
    const edges = findEdges(values, maxBins);
    const valueBins = edges.length + 1;
    const { bins, hasMissing } = binValues(values, edges);
    const column = { kind: 'number' as const, bins, offset: totalBins, valueBins, hasMissing, design };
    totalBins += valueBins + (hasMissing ? 1 : 0);
    return { ...column, thresholds: Float32Array.of(...edges, LARGEST) };
  });
  let design = matrix.columns.numbers.length;
  matrix.columns.categories.forEach(({ levels }, index) => {
    const bins = matrix.codes[index]!;
    const valueBins = levels.length;
    const thresholds = new Float32Array(0);
    columns.push({ kind: 'category', bins, offset: totalBins, valueBins, hasMissing: true, thresholds, design });
    totalBins += valueBins + 1;
    design += levels.length;
  });
  return { rows, totalBins, columns };
}

/** Edges between distinct neighbours, so that `low <= edge < high` holds in float32. */
function findEdges(values: Float32Array, maxBins: number): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const borders: number[] = [];
  for (let index = 1; index < sorted.length; index++) {
    if (sorted[index - 1]! < sorted[index]!) borders.push(index);
  }
  const chosen = borders.length < maxBins ? borders : quantileBorders(sorted, borders, maxBins);
  return Float32Array.from(chosen, (index) => {
    const low = sorted[index - 1]!;
    const high = sorted[index]!;
    const middle = Math.fround(low + (high - low) / 2);
    return middle < high ? middle : low;
  });
}

/** The borders nearest above equal shares of the rows; a long run of ties takes the place of several. */
function quantileBorders(sorted: Float32Array, borders: number[], maxBins: number): number[] {
  const chosen: number[] = [];
  let next = 0;
  for (let bin = 1; bin < maxBins; bin++) {
    const position = Math.round((bin * sorted.length) / maxBins);
    while (next < borders.length && borders[next]! < position) next++;
    const border = borders[next];
    if (border !== undefined && border !== chosen.at(-1)) chosen.push(border);
  }
  return chosen;
}

function binValues(values: Float32Array, edges: Float32Array): { bins: Uint8Array; hasMissing: boolean } {
  const bins = new Uint8Array(values.length);
  let hasMissing = false;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      hasMissing = true;
      bins[row] = edges.length + 1;
      continue;
    }
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= edges[middle]!) high = middle;
      else low = middle + 1;
    }
    bins[row] = low;
  }
  return { bins, hasMissing };
}
