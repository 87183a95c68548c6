const MOST_ROWS = 600;
const FEWEST_ROWS = 24;
/** Values of all made-up rows together: a picture has a hundred thousand, a row of a table twenty. */
const MOST_VALUES = 4_000_000;

/** How many rows are made up for a model that takes so many values a row: enough to judge by, and bounded in memory. */
export function generatedRows(valuesPerRow: number): number {
  const affordable = Math.floor(MOST_VALUES / Math.max(1, valuesPerRow));
  return Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, affordable));
}
