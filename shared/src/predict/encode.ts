import type { ColumnsInput, Dtype, GraphInput, Manifest } from '../manifest/manifest.ts';
import type { ActivityRecord } from '../manifest/record.ts';
import { PredictError } from './errors.ts';
import { valueOf } from './place.ts';

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/** One graph input ready for a runtime; `data` is row-major over `dims`. */
export interface Feed {
  name: string;
  dtype: Dtype;
  dims: number[];
  data: TensorData;
}

/** What one run of the session takes, and how many of its rows are real (the rest is padding). */
export interface Run {
  feeds: Feed[];
  rows: number;
}

const LARGEST_RUN = 1024;

/**
 * Places records into typed arrays: pre-processing lives in the graph, so nothing is computed here.
 * Graphs with a fixed batch get runs of exactly that size, the last one padded with its last row.
 */
export function encodeRuns(manifest: Pick<Manifest, 'inputs'>, records: readonly ActivityRecord[]): Run[] {
  const size = runSize(manifest.inputs);
  const runs: Run[] = [];
  for (let from = 0; from < records.length; from += size.rows) {
    const part = records.slice(from, from + size.rows);
    const rows = part.length;
    const last = part.at(-1);
    if (size.fixed && last !== undefined) part.push(...Array<ActivityRecord>(size.rows - rows).fill(last));
    runs.push({ feeds: manifest.inputs.map((input) => feedOf(input, part)), rows });
  }
  return runs;
}

function runSize(inputs: GraphInput[]): { rows: number; fixed: boolean } {
  for (const input of inputs) {
    if (input.kind === 'tensor') return { rows: 1, fixed: true };
    if (input.batch !== 'dynamic') return { rows: input.batch, fixed: true };
  }
  return { rows: LARGEST_RUN, fixed: false };
}

function feedOf(input: GraphInput, records: readonly ActivityRecord[]): Feed {
  if (input.kind === 'columns') {
    const dims = [records.length, input.features.length];
    return { name: input.name, dtype: input.dtype, dims, data: columnsData(input, records) };
  }
  const [record] = records;
  const flat = parseTensor(record?.values[input.column], input.column, product(input.shape));
  const data = allocate(input.dtype, flat.length);
  flat.forEach((value, i) => put(data, i, value, `values.${input.column}`));
  return { name: input.name, dtype: input.dtype, dims: input.shape, data };
}

function columnsData(input: ColumnsInput, records: readonly ActivityRecord[]): TensorData {
  const width = input.features.length;
  const data = allocate(input.dtype, records.length * width);
  // Column by column: what is plainly there is placed at once, everything else by the rules of `valueOf`.
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  input.features.forEach((feature, column) => {
    const own = 'column' in feature.from ? feature.from.column : undefined;
    let at = column;
    for (const record of records) {
      const value = own === undefined ? undefined : record.values[own];
      if (isFloat && feature.type === 'number' && typeof value === 'number' && Number.isFinite(value)) data[at] = value;
      else put(data, at, valueOf(feature, record), feature.name);
      at += width;
    }
  });
  return data;
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
