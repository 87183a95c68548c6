import type { CategoryColumn, Columns, NumberColumn } from '../../supply/onnx/fitted-model.ts';
import type { CodedCategory, Table } from './table.ts';
import { requireWithin } from './errors.ts';

export interface MatrixOptions {
  /** A level seen on fewer training rows gets no indicator column. Default 10. */
  minLevelRows?: number;
  /** Most frequent levels kept per category, at most 254. Default 64. */
  maxLevels?: number;
}

/**
 * The design matrix: number columns, then indicators of each category column. Indicators are not stored, because
 * at most one of a category is set: `codes` holds which one, and the learners read it as sparse columns.
 */
export interface Matrix {
  rows: number;
  columns: Columns;
  /** Raw number columns, column-major, NaN for missing. */
  numbers: Float32Array;
  /** Per category the level index of each row; `levels.length` stands for unseen or missing. */
  codes: Uint8Array[];
  labels: Uint8Array;
  /** Delay in days; a regression learns these instead of the labels. */
  targets?: Float32Array;
  /** How often each row counts; absent means once. Mean 1, so that penalties keep their meaning. */
  weights?: Float64Array;
  /** Rows of one number are not independent of each other; absent: all rows are. */
  groups?: Int32Array;
}

/** Columns of the design matrix, indicators and sets of levels counted one by one. */
export function matrixWidth({ numbers, categories, sets = [] }: Columns): number {
  return categories.reduce((width, category) => width + category.levels.length, numbers.length) + sets.length;
}

/** How many rows there are, each as often as it counts. */
export function totalWeight({ rows, weights }: { rows: number; weights?: Float64Array | undefined }): number {
  return weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
}

/**
 * Learns every statistic of the pre-processing from `rows` alone: levels, median, then mean and scale after imputing.
 * A column that is constant or empty in these rows gets scale 1.
 */
export function fitColumns(table: Table, rows: Int32Array, options: MatrixOptions = {}): Columns {
  const { minLevelRows = 10, maxLevels = 64 } = options;
  requireWithin('minLevelRows', minLevelRows, 1, Number.MAX_SAFE_INTEGER, true);
  requireWithin('maxLevels', maxLevels, 0, 254, true);
  return {
    numbers: table.numberNames.map((name, column) => fitNumber(name, gatherNumbers(table, column, rows))),
    categories: table.categories.map((category) => fitCategory(category, rows, minLevelRows, maxLevels)),
  };
}

/** The given rows of the table under `columns`, which may have been fitted on other rows. */
export function buildMatrix(table: Table, columns: Columns, rows: Int32Array): Matrix {
  const numbers = new Float32Array(rows.length * columns.numbers.length);
  columns.numbers.forEach((_, column) => numbers.set(gatherNumbers(table, column, rows), column * rows.length));
  const codes = columns.categories.map((column, index) => {
    const category = table.categories[index]!;
    const none = column.levels.length;
    const levelOf = new Map(column.levels.map((level, position) => [level, position]));
    const recode = category.dictionary.map((level) => levelOf.get(level) ?? none);
    return Uint8Array.from(rows, (row) => recode[category.codes[row]!] ?? none);
  });
  return {
    rows: rows.length,
    columns,
    numbers,
    codes,
    labels: Uint8Array.from(rows, (row) => table.labels[row]!),
    ...(table.groups && { groups: Int32Array.from(rows, (row) => table.groups![row]!) }),
  };
}

/** A matrix of numbers only, columns named `x0 …`, statistics fitted on all rows: for benchmarks and experiments. */
export function numberMatrix(numbers: Float32Array, labels: Uint8Array): Matrix {
  const rows = labels.length;
  const numberNames = Array.from({ length: numbers.length / rows }, (_, column) => `x${column}`);
  const table: Table = { rows, numberNames, numbers, categories: [], labels };
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return buildMatrix(table, fitColumns(table, all), all);
}

function gatherNumbers(table: Table, column: number, rows: Int32Array): Float32Array {
  const base = column * table.rows;
  // A plain loop: `from` with a callback takes ten times as long, and every fold of every search comes through here.
  const values = new Float32Array(rows.length);
  for (let index = 0; index < rows.length; index++) values[index] = table.numbers[base + rows[index]!]!;
  return values;
}

function fitNumber(name: string, values: Float32Array): NumberColumn {
  const present = values.filter((value) => !Number.isNaN(value)).toSorted();
  const middle = present.length >> 1;
  const upper = present[middle] ?? 0;
  const impute = present.length % 2 === 1 ? upper : ((present[middle - 1] ?? 0) + upper) / 2;
  const missing = values.length - present.length;
  let sum = missing * impute;
  for (const value of present) sum += value;
  const mean = values.length === 0 ? 0 : sum / values.length;
  let squares = missing * (impute - mean) ** 2;
  for (const value of present) squares += (value - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, values.length));
  // Below the resolution of float32 a column is constant but for rounding: dividing by that would blow noise up.
  return { name, impute, mean, scale: scale > Math.abs(mean) * 1e-7 ? scale : 1 };
}

function fitCategory(
  category: CodedCategory,
  rows: Int32Array,
  minLevelRows: number,
  maxLevels: number,
): CategoryColumn {
  const counts = new Int32Array(category.dictionary.length);
  for (const row of rows) {
    const code = category.codes[row]!;
    if (code >= 0) counts[code]!++;
  }
  const kept = [...counts.keys()]
    .filter((code) => counts[code]! >= minLevelRows)
    .toSorted((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, maxLevels)
    .toSorted((a, b) => a - b);
  return { name: category.name, levels: kept.map((code) => category.dictionary[code]!) };
}
