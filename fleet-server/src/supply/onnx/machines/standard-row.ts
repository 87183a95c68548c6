import type { Columns, NumberColumn } from '../fitted-model.ts';

/** In standard deviations. Nothing learned reaches so far, and no product of two such values overflows. */
export const FARTHEST = 256;

/**
 * Imputes, standardises and cuts off the number columns of one row of the design matrix, in place, in the order of
 * operations in which the graph does it in double precision; indicators stay as they are.
 */
export function standardiseRow(row: Float64Array, { numbers }: Columns): void {
  for (let column = 0; column < numbers.length; column += 1)
    row[column] = standardValue(row[column]!, numbers[column]!);
}

/** The imputed value is a float32, because the graph imputes before it turns to double. */
export function standardValue(value: number, { impute, mean, scale }: NumberColumn): number {
  const standard = ((Number.isNaN(value) ? Math.fround(impute) : value) - mean) / scale;
  return Math.min(FARTHEST, Math.max(-FARTHEST, standard));
}
