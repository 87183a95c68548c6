import { parseDate } from '../values/parse-date.ts';
import { isInfinite, isMissing, parseNumber } from '../values/parse-number.ts';
import type { ColumnShape } from './table-inspection.ts';

const EXAMPLES = 5;

/**
 * The type that more than half of the present values have; without such a majority every value is a category.
 * Single values of another type are for the reader to reject.
 */
export function inferType(texts: readonly string[]): ColumnShape {
  const present = texts.map((text) => text.trim()).filter((text) => !isMissing(text));
  const distinct = new Set(present);
  const half = present.length / 2;
  const numbers = present.filter((text) => parseNumber(text) !== null || isInfinite(text)).length;
  const dates = present.filter((text) => parseDate(text) !== null).length;
  const type = present.length === 0 ? 'empty' : numbers > half ? 'number' : dates > half ? 'date' : 'category';
  return {
    type,
    missing: texts.length - present.length,
    distinct: distinct.size,
    examples: [...distinct].slice(0, EXAMPLES),
  };
}
