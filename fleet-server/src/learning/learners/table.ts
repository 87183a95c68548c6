import type { Example } from '../datasets/dataset.ts';
import type { Feature, FeatureValue } from '@plumbline/shared/manifest';
import { LearnerError } from './errors.ts';

/** One category feature over all rows: `codes[row]` indexes the sorted `dictionary`, -1 is missing. */
export interface CodedCategory {
  name: string;
  dictionary: string[];
  codes: Int32Array;
}

/**
 * The examples as typed arrays, before anything was learned from them: no imputing, no choice of levels.
 * Backed by SharedArrayBuffer, so every worker reads the same memory.
 */
export interface Table {
  rows: number;
  numberNames: string[];
  /** Column-major, NaN for missing. float32, because that is what the graph receives. */
  numbers: Float32Array;
  categories: CodedCategory[];
  labels: Uint8Array;
  /** Rows of one number are not independent of each other, such as those of one project; absent: all rows are. */
  groups?: Int32Array;
}

/**
 * Encodes examples in their order. Throws `bad_value` naming row and feature when a value does not fit its type.
 * @param groups of rows that are not independent of each other; row numbers themselves say nothing
 */
export function encodeTable(examples: readonly Example[], features: readonly Feature[], groups?: Int32Array): Table {
  const rows = examples.length;
  const numberFeatures = features.filter((feature) => feature.type === 'number');
  const numbers = new Float32Array(new SharedArrayBuffer(4 * rows * numberFeatures.length));
  numberFeatures.forEach((feature, column) => {
    examples.forEach((example, row) => {
      numbers[column * rows + row] = asFloat32(example.values[feature.name], feature.name, row);
    });
  });
  const categories = features
    .filter((feature) => feature.type === 'category')
    .map((feature) => encodeCategory(examples, feature.name));
  const labels = new Uint8Array(new SharedArrayBuffer(rows));
  examples.forEach((example, row) => (labels[row] = example.label));
  const numberNames = numberFeatures.map((feature) => feature.name);
  return { rows, numberNames, numbers, categories, labels, ...(groups && { groups: sharedCopy(groups) }) };
}

function sharedCopy(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}

function encodeCategory(examples: readonly Example[], name: string): CodedCategory {
  const values = examples.map((example, row) => asLevel(example.values[name], name, row));
  // Code-unit order, never locale order: the order of levels is part of the model's bytes.
  const dictionary = [...new Set(values)].filter((value) => value !== '').toSorted(byCodeUnit);
  const codeOf = new Map(dictionary.map((level, code) => [level, code]));
  const codes = new Int32Array(new SharedArrayBuffer(4 * values.length));
  values.forEach((value, row) => (codes[row] = codeOf.get(value) ?? -1));
  return { name, dictionary, codes };
}

function asFloat32(value: FeatureValue | undefined, name: string, row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  const rounded = typeof value === 'number' ? Math.fround(value) : Number.NaN;
  if (typeof value === 'number' && (Number.isNaN(value) || Number.isFinite(rounded))) return rounded;
  throw badValue(name, row, value, 'a number within float32, or null');
}

function asLevel(value: FeatureValue | undefined, name: string, row: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  throw badValue(name, row, value, 'a string, or null');
}

function badValue(name: string, row: number, value: FeatureValue, expected: string): LearnerError {
  const field = `examples[${row}].values.${name}`;
  return new LearnerError('bad_value', `${field} is ${JSON.stringify(value)}, expected ${expected}`, {
    field,
    expected,
  });
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
