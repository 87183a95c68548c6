import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import type { ValueView } from '../../onnx/index.ts';
import { SampleError } from './errors.ts';
import { ROWS_PER_RUN } from './sample-set.ts';

/** Tensors for every graph input, as many rows as the file had. */
export interface FilledInputs {
  source: string;
  /** In order of the graph inputs. */
  tensors: LabTensor[];
  expected?: LabTensor[];
  /** One a row. */
  labels?: string[];
}

export interface FormedRun {
  run: LabRun;
  rows: number;
  expected?: LabTensor[];
  labels?: string[];
}

/**
 * Cuts rows into runs that the graph takes: of its fixed batch, the last one filled up with its last row as devices do,
 * or of at most 128 rows where the batch is open. Tensors whose leading dimension is no batch stay one run.
 * @throws SampleError samples_shape when inputs disagree on the number of rows
 */
export function formRuns(filled: FilledInputs, inputs: readonly ValueView[]): FormedRun[] {
  refuseOtherLabels(filled);
  const open = filled.tensors.filter((_, index) => isOpen(inputs[index]!));
  const cut = filled.tensors.filter((tensor, index) => batchOf(inputs[index]!) !== (tensor.dims[0] ?? null));
  const fixed = cut.filter((tensor) => !open.includes(tensor));
  if (fixed.length === 0) return formOpen(filled, open);
  return formFixed(filled, inputs, [...fixed, ...open]);
}

function refuseOtherLabels({ tensors, labels, source }: FilledInputs): void {
  const rows = tensors[0]?.dims[0] ?? 1;
  if (labels === undefined || labels.length === rows) return;
  throw new SampleError('samples_shape', `${source} has ${labels.length} labels for ${rows} rows`, {
    field: `${source}: label`,
    expected: `${rows} labels`,
  });
}

/** A tensor's rows `from` to `to`, copied. */
export function sliceRows(tensor: LabTensor, from: number, to: number): LabTensor {
  const [rows = 1, ...rest] = tensor.dims;
  const width = tensor.data.length / Math.max(1, rows);
  return { ...tensor, dims: [Math.min(to, rows) - from, ...rest], data: tensor.data.slice(from * width, to * width) };
}

/** The leading dimension is open and there is one. */
export function isOpen({ shape }: ValueView): boolean {
  return shape === null || (shape.length > 0 && typeof shape[0] !== 'number');
}

function batchOf({ shape }: ValueView): number | null {
  const first = shape?.[0];
  return typeof first === 'number' ? first : null;
}

function formOpen(filled: FilledInputs, open: LabTensor[]): FormedRun[] {
  const { tensors, expected, labels } = filled;
  const total = open[0]?.dims[0] ?? 1;
  const whole: FormedRun = { run: tensors, rows: total, ...kept(expected, labels) };
  const sameRows = (tensor: LabTensor): boolean => tensor.dims[0] === total;
  if (total <= ROWS_PER_RUN || !open.every(sameRows) || expected?.every(sameRows) === false) return [whole];
  const runs: FormedRun[] = [];
  for (let from = 0; from < total; from += ROWS_PER_RUN) {
    const to = Math.min(total, from + ROWS_PER_RUN);
    const cut = (tensor: LabTensor): LabTensor => sliceRows(tensor, from, to);
    const run = tensors.map((tensor) => (open.includes(tensor) ? cut(tensor) : tensor));
    runs.push({ run, rows: to - from, ...kept(expected?.map(cut), labels?.slice(from, to)) });
  }
  return runs;
}

function formFixed(filled: FilledInputs, inputs: readonly ValueView[], cut: LabTensor[]): FormedRun[] {
  const { tensors, expected, labels, source } = filled;
  const sizes = tensors.map((_, index) => batchOf(inputs[index]!));
  const batch = sizes[tensors.indexOf(cut[0]!)] ?? 1;
  const total = cut[0]!.dims[0] ?? 1;
  for (const tensor of cut) {
    const size = sizes[tensors.indexOf(tensor)];
    if (tensor.dims[0] === total && (size === null || size === batch)) continue;
    throw new SampleError('samples_shape', `${source}: input "${tensor.name}" has ${tensor.dims[0]} rows`, {
      field: `${source}: ${tensor.name}`,
      expected: `${total} rows, as "${cut[0]!.name}" has`,
    });
  }
  const count = Math.ceil(total / batch);
  const answers = expected?.every((tensor) => tensor.dims[0] === total) === true ? expected : undefined;
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [index * batch, Math.min(total, (index + 1) * batch)];
    const part = (tensor: LabTensor): LabTensor => fillUp(sliceRows(tensor, from, to), batch);
    const run = tensors.map((tensor) => (cut.includes(tensor) ? part(tensor) : tensor));
    return { run, rows: 1, ...kept(answers?.map(part), labels?.slice(from, to)) };
  });
}

function fillUp(tensor: LabTensor, rows: number): LabTensor {
  const [present = 0, ...rest] = tensor.dims;
  if (present >= rows) return tensor;
  const width = tensor.data.length / present;
  const last = tensor.data.slice(-width);
  const lacking = Array<typeof last>(rows - present).fill(last);
  const data = Array.isArray(tensor.data) ? [...tensor.data, ...lacking.flat()] : joined(tensor.data, lacking);
  return { ...tensor, dims: [rows, ...rest], data: data as LabTensor['data'] };
}

function joined(data: Exclude<LabTensor['data'], string[]>, lacking: unknown[]): LabTensor['data'] {
  const parts = [data, ...lacking] as Float64Array[];
  const construct = data.constructor as Float64ArrayConstructor;
  const all = new construct(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function kept(expected: LabTensor[] | undefined, labels: string[] | undefined) {
  return { ...(expected ? { expected } : {}), ...(labels ? { labels } : {}) };
}
