import type { Feed } from '../encode.ts';

/** What a graph does to one value on its way to a column; `round`: the result is a float32. */
export type Step =
  | { op: 'impute'; when: number; by: number }
  | { op: 'add' | 'multiply' | 'divide' | 'subtract from'; by: number; round: boolean }
  | { op: 'scale'; offset: number; factor: number }
  | { op: 'round' }
  | { op: 'is'; value: string | number }
  | { op: 'look up'; table: ReadonlyMap<string | number, number>; otherwise: number };

/** One column of numbers that comes from a single value of the record, whatever else the record holds. */
export interface Column {
  /** Position of the graph input in the manifest, and of the value in it. */
  input: number;
  at: number;
  steps: readonly Step[];
}

/** @returns the number that a raw value becomes; text that no step turned into a number is NaN */
export function columnValue({ steps }: Pick<Column, 'steps'>, raw: string | number): number {
  let value = raw;
  for (const step of steps) value = take(step, value);
  return typeof value === 'number' ? value : Number.NaN;
}

function take(step: Step, value: string | number): number {
  if (step.op === 'is') return value === step.value ? 1 : 0;
  if (step.op === 'look up') return step.table.get(value) ?? step.otherwise;
  const x = typeof value === 'number' ? value : Number.NaN;
  switch (step.op) {
    case 'impute':
      return (Number.isNaN(step.when) ? Number.isNaN(x) : x === step.when) ? step.by : x;
    case 'scale':
      return Math.fround(Math.fround(x - step.offset) * step.factor);
    case 'round':
      return Math.fround(x);
    default: {
      const result = arithmetic(step.op, x, step.by);
      return step.round ? Math.fround(result) : result;
    }
  }
}

function arithmetic(op: 'add' | 'multiply' | 'divide' | 'subtract from', x: number, by: number): number {
  if (op === 'add') return x + by;
  if (op === 'multiply') return x * by;
  return op === 'divide' ? x / by : by - x;
}

/** Fills the columns of one record at a time. */
export interface ColumnReader {
  width: number;
  /** @param feeds what `encodeRuns` made, in the order of the manifest's inputs */
  fill(feeds: readonly Feed[], row: number, into: Float64Array): void;
}

/**
 * Indicators of one value are filled together: all of them are off but those that the value names, so that a category
 * of a hundred levels, and sets of them, cost one look-up.
 */
export function createColumnReader(columns: readonly Column[], widths: readonly number[]): ColumnReader {
  const off = new Float64Array(columns.length);
  const plain: (Column & { to: number })[] = [];
  const indicators = new Map<string, Indicators>();
  for (const [to, column] of columns.entries()) {
    const [first, ...rest] = column.steps;
    if (first?.op !== 'is' && first?.op !== 'look up') {
      plain.push({ ...column, to });
      continue;
    }
    const [table, otherwise] = first.op === 'is' ? [new Map([[first.value, 1]]), 0] : [first.table, first.otherwise];
    const key = `${column.input}:${column.at}`;
    const group = indicators.get(key) ?? { input: column.input, at: column.at, on: new Map() };
    indicators.set(key, group);
    off[to] = columnValue({ steps: rest }, otherwise);
    for (const [named, value] of table) {
      const on = group.on.get(named) ?? [];
      group.on.set(named, on);
      on.push({ to, value: columnValue({ steps: rest }, value) });
    }
  }
  const groups = [...indicators.values()];
  return {
    width: columns.length,
    fill(feeds, row, into) {
      into.set(off);
      for (const { input, at, steps, to } of plain) {
        const raw = rawAt(feeds, input, row * (widths[input] ?? 0) + at);
        into[to] = steps.length === 0 && typeof raw === 'number' ? raw : columnValue({ steps }, raw);
      }
      for (const { input, at, on } of groups) {
        const named = on.get(rawAt(feeds, input, row * (widths[input] ?? 0) + at));
        if (named === undefined) continue;
        for (const { to, value } of named) into[to] = value;
      }
    },
  };
}

interface Indicators {
  input: number;
  at: number;
  on: Map<string | number, { to: number; value: number }[]>;
}

function rawAt(feeds: readonly Feed[], input: number, at: number): string | number {
  const value = feeds[input]?.data[at] ?? Number.NaN;
  return typeof value === 'bigint' ? Number(value) : value;
}
