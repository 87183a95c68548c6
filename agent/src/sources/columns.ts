import { featuresOf, type Feature } from '@plumbline/shared/manifest';
import type { Predictor } from '../predict/predictor.ts';

export type ColumnType = Feature['type'];

/**
 * The columns a running model reads, with what it wants to find there: a cell of a table is text until somebody knows.
 * Columns that only feed derivations are not among them.
 */
export function columnsOf(predictor: Predictor, line: string | undefined): ReadonlyMap<string, ColumnType> {
  const loaded = predictor.loaded();
  const model = line === undefined && loaded.length === 1 ? loaded[0] : line && predictor.get(line);
  const columns = new Map<string, ColumnType>();
  if (!model) return columns;
  for (const { from, type } of featuresOf(model.manifest)) if ('column' in from) columns.set(from.column, type);
  return columns;
}
