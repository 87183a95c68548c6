import { isCodedError } from '@plumbline/shared/errors';
import { CsvError, readCsv } from '@plumbline/shared/schedules';
import type { LabTensor } from '../../../platform/ports/index.ts';
import type { ValueView } from '../../onnx/index.ts';
import { allocate, isFloat, place } from './convert.ts';
import { matchColumns, type ColumnPlan } from './csv-columns.ts';
import { SampleError } from './errors.ts';
import type { FilledInputs } from './form-runs.ts';
import type { SampleFile, SampleOptions } from './sample-set.ts';

const MAX_COLUMNS = 65_536;
const MAX_ROWS = 1_000_000;
/** What people and programs write for "nothing here"; a float input gets NaN, as on a device. */
const MISSING = new Set(['', 'na', 'nan', 'null', 'none']);
const INFINITE: Record<string, number> = { inf: Infinity, '+inf': Infinity, '-inf': -Infinity };
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

interface Row {
  line: number;
  cells: string[];
}

/**
 * A table with a header row as tensors of all its rows.
 * @throws SampleError samples_malformed, samples_value, samples_shape, samples_input_missing; CsvError
 */
export async function fillFromCsv(
  file: SampleFile,
  inputs: readonly ValueView[],
  options: SampleOptions,
): Promise<FilledInputs & { ignored: string[] }> {
  const { header, rows } = await readTable(file);
  const { plans, label, ignored } = matchColumns(file.name, header, inputs, options);
  if (rows.length === 0) {
    throw new SampleError('samples_empty', `${file.name} has no row below its header`, {
      field: file.name,
      expected: 'at least one row',
    });
  }
  return {
    source: file.name,
    tensors: plans.map((plan) => tensorOf(file.name, plan, header, rows)),
    ...(label === undefined ? {} : { labels: rows.map(({ cells }) => cells[label]!.trim()) }),
    ignored,
  };
}

async function readTable(file: SampleFile): Promise<{ header: string[]; rows: Row[] }> {
  try {
    const table = await readCsv([file.bytes], { columns: MAX_COLUMNS, rows: MAX_ROWS, rowCharacters: 2 ** 24 });
    const rows: Row[] = [];
    for await (const row of table.rows) {
      if (row.kind === 'row') rows.push(row);
      else {
        throw new SampleError('samples_malformed', `${file.name}: ${row.message}`, {
          field: `${file.name}: line ${row.line}`,
          expected: `${table.header.length} cells`,
        });
      }
    }
    return { header: table.header, rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CsvError(error.code, `${file.name}: ${error.message}`, {
      kind: error.kind,
      field: error.field === undefined ? file.name : `${file.name}: ${error.field}`,
      ...(error.expected === undefined ? {} : { expected: error.expected }),
      cause: error,
    });
  }
}

function tensorOf(file: string, plan: ColumnPlan, header: string[], rows: Row[]): LabTensor {
  const { input, columns, dims } = plan;
  const width = dims.reduce((product, dim) => product * dim, 1);
  const data = allocate(input.dtype, rows.length * width, `input "${input.name}"`);
  rows.forEach(({ line, cells }, row) => {
    columns.forEach((column, at) => {
      const cell = cells[column]!;
      const field = `${file}: line ${line}, ${header[column]}`;
      if (plan.json) fillWhole(data, row * width, width, input.dtype, cell, field);
      else fillCell(data, row * width + at, input.dtype, cell, field, plan.refuseMissing?.[at]);
    });
  });
  return {
    name: input.name,
    dtype: input.dtype,
    dims: plan.json ? dimsOfWhole(rows.length, dims) : [rows.length, ...dims],
    data,
  };
}

/** A whole tensor a cell: its own leading dimension is the batch. */
function dimsOfWhole(rows: number, [first = 1, ...rest]: number[]): number[] {
  return [rows * first, ...rest];
}

function fillWhole(
  data: LabTensor['data'],
  from: number,
  width: number,
  dtype: string,
  cell: string,
  field: string,
): void {
  let values: unknown;
  try {
    values = JSON.parse(cell);
  } catch (cause) {
    if (!isCodedError(cause)) values = undefined;
  }
  const flat = Array.isArray(values) ? (values.flat(Infinity) as unknown[]) : [];
  if (flat.length !== width) throw wrongCell(cell, field, `a JSON array of ${width} values`);
  flat.forEach((value, at) => fillCell(data, from + at, dtype, value === null ? '' : String(value), field));
}

function fillCell(
  data: LabTensor['data'],
  at: number,
  dtype: string,
  cell: string,
  field: string,
  refuseMissing = false,
): void {
  if (Array.isArray(data)) {
    data[at] = cell;
    return;
  }
  const text = cell.trim();
  if (isFloat(dtype) && MISSING.has(text.toLowerCase())) {
    if (refuseMissing) throw wrongCell(cell, field, 'a number: the mapping refuses missing values here');
    place(data, at, dtype, Number.NaN);
    return;
  }
  const value = dtype === 'bool' ? asBool(text) : asNumber(text, dtype);
  if (value === undefined || !place(data, at, dtype, value)) throw wrongCell(cell, field, `a value of ${dtype}`);
}

function asNumber(text: string, dtype: string): number | bigint | undefined {
  if (/^[+-]?\d+$/.test(text) && dtype.includes('int64')) return BigInt(text.replace('+', ''));
  if (isFloat(dtype) && text.toLowerCase() in INFINITE) return INFINITE[text.toLowerCase()]!;
  return NUMBER.test(text) ? Number(text) : undefined;
}

function asBool(text: string): number | undefined {
  return { true: 1, '1': 1, false: 0, '0': 0 }[text.toLowerCase()];
}

function wrongCell(cell: string, field: string, expected: string): SampleError {
  return new SampleError('samples_value', `${field} is ${JSON.stringify(cell.slice(0, 60))}, expected ${expected}`, {
    field,
    expected,
  });
}
