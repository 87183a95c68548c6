import type { Feature } from '../manifest/feature.ts';
import type { ActivityRecord } from '../manifest/record.ts';

/**
 * Places the values of one record, where each is plainly there. Looking up a column by a name that changes with every
 * step costs a runtime some 20 ns; going through the columns of a record in their own order costs two or three, and
 * records of one source have the same order.
 */
export interface RowReader {
  /** @returns false when a value needs more than placing; what was placed does not count then */
  place(values: ActivityRecord['values'], data: Float32Array | Float64Array | string[], from: number): boolean;
}

/** Going through a record that has many more columns than are asked for is no gain. */
const MOST_COLUMNS = 4;

/** @param type of the features that an array of this kind takes as they are: numbers, or categories as text */
export function createRowReader(features: readonly Feature[], type: Feature['type']): RowReader {
  const columns = new Map<string, number[]>();
  for (const [at, { from, type: own }] of features.entries()) {
    if (!('column' in from) || own !== type) return { place: () => false };
    columns.set(from.column, [...(columns.get(from.column) ?? []), at]);
  }
  // One column that feeds two features is rare, and not worth a list for each.
  if (columns.size !== features.length) return { place: () => false };
  const accepts = features.map((feature) => feature.missing === 'accept');
  let order: string[] = [];
  let to: Int32Array = new Int32Array();
  let learned = 0;

  const learn = (values: ActivityRecord['values']) => {
    const keys = Object.keys(values);
    if (keys.length > MOST_COLUMNS * features.length) return;
    const places = keys.map((key) => columns.get(key)?.[0] ?? -1);
    // Absent columns are missing values, which have rules of their own.
    if (places.filter((place) => place >= 0).length !== features.length) return;
    order = keys;
    to = Int32Array.from(places);
    learned += 1;
  };

  // The same loop twice: with one kind of array each, the runtime compiles it to a third of the time.
  const placeNumbers = (values: ActivityRecord['values'], data: Float32Array, from: number): boolean => {
    let i = 0;
    for (const key in values) {
      if (key !== order[i]) return false;
      const column = to[i]!;
      i += 1;
      if (column < 0) continue;
      const value = values[key];
      if (typeof value === 'number' && value - value === 0) data[from + column] = value;
      else if (value === null && accepts[column]) data[from + column] = Number.NaN;
      else return false;
    }
    return i > 0 && i === order.length;
  };
  const placeTexts = (values: ActivityRecord['values'], data: string[], from: number): boolean => {
    let i = 0;
    for (const key in values) {
      if (key !== order[i]) return false;
      const column = to[i]!;
      i += 1;
      if (column < 0) continue;
      const value = values[key];
      if (typeof value === 'string' && value !== '') data[from + column] = value;
      else if (value === null && accepts[column]) data[from + column] = '';
      else return false;
    }
    return i > 0 && i === order.length;
  };

  return {
    place(values, data, from) {
      const isPlaced = Array.isArray(data)
        ? placeTexts(values, data as string[], from)
        : placeNumbers(values, data as Float32Array, from);
      if (isPlaced) return true;
      // Sources may differ or change; one that never keeps an order is not learned again and again.
      if (learned < 100) learn(values);
      return false;
    },
  };
}
