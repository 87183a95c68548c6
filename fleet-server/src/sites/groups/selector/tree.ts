import type { FieldName } from './fields.ts';

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '~', 'in', 'not in'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Text as it stands; a version whole (`0.3.0`); an age in ms; yes or no. */
export type Value = string | number | boolean;

export interface Comparison {
  type: 'is';
  field: FieldName;
  /** Of `runs(LINE)` and `state(LINE)`. */
  line: string | undefined;
  operator: Operator;
  /** One, or as many as `in` lists. */
  values: Value[];
}

/** A selector that was read and checked. `all` and `any` hold two or more. */
export type Selector = { type: 'all' | 'any'; of: Selector[] } | { type: 'not'; of: Selector } | Comparison;

/** Comparisons of a selector, from left to right. */
export function comparisonsOf(selector: Selector): Comparison[] {
  if (selector.type === 'is') return [selector];
  return selector.type === 'not' ? comparisonsOf(selector.of) : selector.of.flatMap(comparisonsOf);
}
