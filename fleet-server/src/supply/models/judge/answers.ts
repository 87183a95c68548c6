import type { GraphOutput } from '@plumbline/shared/manifest';
import type { LabTensor } from '../../../platform/ports/index.ts';

/**
 * How the outputs of a model are read when two encodings of it are compared.
 * `classes`: a float tensor [rows, width], one column a class; with a width of 1 the probability of the one of two.
 * `positive` is the column that the threshold speaks of; `sums` says that a row sums to one.
 * `values`: every float output as it stands.
 */
export type AnswerView =
  | { kind: 'classes'; output: string; width: number; positive: number; threshold: number; sums: boolean }
  | { kind: 'values' };

/** What a model said about the rows of a split. */
export interface Answers {
  /** All float outputs, row by row of each run; of `classes` the class columns alone. */
  scores: Float64Array;
  /** Values a row in `scores`; 1 for `values`, where rows have no meaning. */
  width: number;
  /** Outputs that are no floats, as text: labels, counts, flags. */
  exact: string[];
}

/** One run's outputs, and how many of its rows are real: the rest pads a fixed batch. */
export interface RunAnswers {
  outputs: readonly LabTensor[];
  rows: number;
}

const FLOATS = new Set(['float32', 'float64', 'float16']);
const MAX_CLASSES = 1000;

/** The view that a manifest asks for. */
export function viewOf(output: GraphOutput): AnswerView {
  if (output.kind === 'value') return { kind: 'values' };
  return {
    kind: 'classes',
    output: output.probabilities,
    width: output.classes.length,
    positive: output.classes.indexOf(output.positive),
    threshold: output.threshold ?? 0.5,
    sums: true,
  };
}

/**
 * The view of a model that nobody described, from what it answered: a float matrix of 2 to 1000 columns is one column
 * a class, a single column within [0, 1] a probability, anything else values.
 */
export function guessView(runs: readonly RunAnswers[]): AnswerView {
  const [first] = runs;
  const classes = first?.outputs.find((one) => isFloat(one) && widthOf(one) > 1 && widthOf(one) <= MAX_CLASSES);
  const single = first?.outputs.find((one) => isFloat(one) && widthOf(one) === 1);
  const all = (name: string) => runs.flatMap(({ outputs }) => outputs.filter((one) => one.name === name));
  if (classes !== undefined) {
    const width = widthOf(classes);
    const sums = all(classes.name).every((tensor) => sumToOne(numbersOf(tensor), width));
    return { kind: 'classes', output: classes.name, width, positive: width - 1, threshold: 0.5, sums };
  }
  if (
    single !== undefined &&
    all(single.name).every((tensor) => numbersOf(tensor).every((one) => one >= 0 && one <= 1))
  )
    return { kind: 'classes', output: single.name, width: 1, positive: 0, threshold: 0.5, sums: true };
  return { kind: 'values' };
}

export function readAnswers(view: AnswerView, runs: readonly RunAnswers[]): Answers {
  const scores: number[] = [];
  const exact: string[] = [];
  for (const { outputs, rows } of runs) {
    for (const tensor of outputs) {
      const kept = tensor.dims.length === 0 || rows >= (tensor.dims[0] ?? 1) ? 1 : rows / tensor.dims[0]!;
      const count = Math.round(tensor.data.length * kept);
      if (!isFloat(tensor)) for (let at = 0; at < count; at++) exact.push(String(tensor.data[at]));
      else if (view.kind === 'values' || tensor.name === view.output) push(scores, numbersOf(tensor), count);
    }
  }
  return { scores: Float64Array.from(scores), width: view.kind === 'classes' ? view.width : 1, exact };
}

/** The class of each row: the first of the greatest, or the threshold where there are two. */
export function classesOf(view: AnswerView & { kind: 'classes' }, { scores }: Answers): Int32Array {
  const { width, threshold, positive } = view;
  const rows = Math.floor(scores.length / width);
  return Int32Array.from({ length: rows }, (_, row) => {
    if (width === 1) return scores[row]! >= threshold ? 1 : 0;
    if (width === 2 && view.sums) return scores[row * 2 + positive]! >= threshold ? positive : 1 - positive;
    let best = 0;
    for (let column = 1; column < width; column++) {
      if (scores[row * width + column]! > scores[row * width + best]!) best = column;
    }
    return best;
  });
}

function push(into: number[], values: Float64Array, count: number): void {
  for (let at = 0; at < count; at++) into.push(values[at]!);
}

function isFloat({ dtype }: LabTensor): boolean {
  return FLOATS.has(dtype);
}

/** Columns of a tensor [rows, columns], however many ones follow; 0 for any other shape. */
function widthOf({ dims }: LabTensor): number {
  const rest = dims.slice(1, dims.findLastIndex((one) => one !== 1) + 1);
  if (dims.length === 0 || rest.length > 1) return 0;
  return rest[0] ?? 1;
}

function sumToOne(values: Float64Array, width: number): boolean {
  for (let at = 0; at + width <= values.length; at += width) {
    const row = values.subarray(at, at + width);
    if (Math.abs(row.reduce((sum, one) => sum + one, 0) - 1) > 1e-3 || row.some((one) => one < 0)) return false;
  }
  return true;
}

/** float16 travels as its 16 bits. */
export function numbersOf({ dtype, data }: LabTensor): Float64Array {
  return Float64Array.from(data as ArrayLike<number>, dtype === 'float16' ? fromHalf : Number);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
