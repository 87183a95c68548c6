import type { Feature } from '../manifest/feature.ts';
import type { ColumnsInput, Dtype, GraphInput, Manifest } from '../manifest/manifest.ts';
import type { ActivityRecord } from '../manifest/record.ts';
import { PredictError } from './errors.ts';
import { valueOf } from './place.ts';
import { createRowReader, type RowReader } from './row-reader.ts';

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/** One graph input ready for a runtime; `data` is row-major over `dims`. */
export interface Feed {
  name: string;
  dtype: Dtype;
  dims: number[];
  data: TensorData;
}

type TensorInput = Extract<GraphInput, { kind: 'tensor' }>;

/** What one run of the session takes, and how many of its rows are real (the rest is padding). */
export interface Run {
  feeds: Feed[];
  rows: number;
}

/** Most rows of a run that nothing fixes: bounds the memory of a call with many records. */
export const LARGEST_RUN = 1024;

/**
 * Places records into typed arrays: pre-processing lives in the graph, so nothing is computed here.
 * Graphs with a fixed batch get runs of exactly that size, the last one padded with its last row.
 */
export function encodeRuns(manifest: Pick<Manifest, 'inputs'>, records: readonly ActivityRecord[]): Run[] {
  const size = runSize(manifest.inputs);
  const runs: Run[] = [];
  for (let from = 0; from < records.length; from += size.rows) {
    const whole = from === 0 && records.length <= size.rows;
    const part = whole ? records : records.slice(from, from + size.rows);
    const rows = part.length;
    const last = part.at(-1);
    const padded =
      size.fixed && last !== undefined ? [...part, ...Array<ActivityRecord>(size.rows - rows).fill(last)] : part;
    runs.push({ feeds: manifest.inputs.map((input) => feedOf(input, padded)), rows });
  }
  return runs;
}

/**
 * Places other records into the arrays of a run that had as many rows: nothing is allocated.
 * @throws PredictError as `encodeRuns`; the arrays then hold a part of the records
 */
export function refillRun(
  manifest: Pick<Manifest, 'inputs'>,
  { feeds }: Run,
  records: readonly ActivityRecord[],
): void {
  for (const [i, input] of manifest.inputs.entries()) fillFeed(input, records, feeds[i]!.data);
}

/** One run of the rows of several, in their order; all are of one manifest whose inputs leave the batch open. */
export function joinRuns(runs: readonly Run[]): Run {
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  const feeds = runs[0]!.feeds.map((first, at): Feed => {
    const parts = runs.map(({ feeds: own }) => own[at]!.data);
    return { ...first, dims: [rows, ...first.dims.slice(1)], data: joinData(first.dtype, parts) };
  });
  return { feeds, rows };
}

function joinData(dtype: Dtype, parts: readonly TensorData[]): TensorData {
  if (dtype === 'string') return (parts as string[][]).flat();
  const joined = allocate(
    dtype,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    (joined as Float32Array).set(part as Float32Array, at);
    at += part.length;
  }
  return joined;
}

function runSize(inputs: GraphInput[]): { rows: number; fixed: boolean } {
  for (const input of inputs) {
    if (input.kind === 'tensor') return { rows: 1, fixed: true };
    if (input.batch !== 'dynamic') return { rows: input.batch, fixed: true };
  }
  return { rows: LARGEST_RUN, fixed: false };
}

function feedOf(input: GraphInput, records: readonly ActivityRecord[]): Feed {
  const { name, dtype } = input;
  if (input.kind === 'tensor') {
    const flat = tensorOf(input, records);
    const data = allocate(dtype, flat.length);
    placeTensor(input, flat, data);
    return { name, dtype, dims: input.shape, data };
  }
  const data = allocate(dtype, records.length * input.features.length);
  placeColumns(input, records, data);
  return { name, dtype, dims: [records.length, input.features.length], data };
}

function fillFeed(input: GraphInput, records: readonly ActivityRecord[], data: TensorData): void {
  if (input.kind === 'columns') placeColumns(input, records, data);
  else placeTensor(input, tensorOf(input, records), data);
}

function tensorOf(input: TensorInput, records: readonly ActivityRecord[]): unknown[] {
  return parseTensor(records[0]?.values[input.column], input.column, product(input.shape));
}

function placeTensor(input: TensorInput, flat: readonly unknown[], data: TensorData): void {
  flat.forEach((value, i) => put(data, i, value, `values.${input.column}`));
}

/** Row by row: what is plainly there is placed at once, a row with anything else by the rules of `valueOf`. */
function placeColumns({ features }: ColumnsInput, records: readonly ActivityRecord[], data: TensorData): void {
  const width = features.length;
  const reader = readerOf(features, data);
  for (let row = 0; row < records.length; row += 1) {
    const record = records[row]!;
    const from = row * width;
    if (reader?.place(record.values, data as Float32Array | string[], from)) continue;
    for (let column = 0; column < width; column += 1) {
      const feature = features[column]!;
      put(data, from + column, valueOf(feature, record), feature.name);
    }
  }
}

/** Readers by the features that they read, as numbers and as text. */
const numberReaders = new WeakMap<readonly Feature[], RowReader>();
const textReaders = new WeakMap<readonly Feature[], RowReader>();

function readerOf(features: readonly Feature[], data: TensorData): RowReader | undefined {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const known = numberReaders.get(features) ?? createRowReader(features, 'number');
    numberReaders.set(features, known);
    return known;
  }
  if (!Array.isArray(data)) return undefined;
  const known = textReaders.get(features) ?? createRowReader(features, 'category');
  textReaders.set(features, known);
  return known;
}

function allocate(dtype: Dtype, length: number): TensorData {
  if (dtype === 'float32') return new Float32Array(length);
  if (dtype === 'float64') return new Float64Array(length);
  if (dtype === 'int32') return new Int32Array(length);
  if (dtype === 'int64') return new BigInt64Array(length);
  if (dtype === 'bool') return new Uint8Array(length);
  return Array<string>(length).fill('');
}

function put(data: TensorData, at: number, value: unknown, field: string): void {
  if (Array.isArray(data)) {
    data[at] = value === null ? '' : String(value);
  } else if (data instanceof BigInt64Array) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(field, value, 'an integer');
    data[at] = BigInt(value);
  } else if (value === null && (data instanceof Float32Array || data instanceof Float64Array)) {
    data[at] = Number.NaN;
  } else if (typeof value === 'number') {
    data[at] = value;
    // Integer arrays would cut and wrap in silence.
    if (isIntegers(data) && data[at] !== value) throw wrongType(field, value, 'an integer that the input can hold');
  } else {
    throw wrongType(field, value, 'a number');
  }
}

function isIntegers(data: TensorData): boolean {
  return data instanceof Int32Array || data instanceof Uint8Array;
}

function parseTensor(value: unknown, column: string, length: number): unknown[] {
  let flat: unknown;
  try {
    flat = typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    flat = undefined;
  }
  const list = Array.isArray(flat) ? flat.flat(Infinity) : typeof flat === 'number' ? [flat] : [];
  if (list.length === length) return list;
  throw new PredictError('value_shape', `values.${column}: ${list.length} numbers`, {
    field: `values.${column}`,
    expected: `a JSON array of ${length} values, row-major`,
  });
}

function product(shape: number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

function wrongType(field: string, value: unknown, expected: string): PredictError {
  return new PredictError('value_type', `${field}: ${JSON.stringify(value)} is not ${expected}`, { field, expected });
}
