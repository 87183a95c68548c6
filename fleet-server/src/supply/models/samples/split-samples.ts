import { createSeededRandom } from '@plumbline/shared/testing';
import { sliceRows } from './form-runs.ts';
import { countRows, type SampleSet } from './sample-set.ts';
import type { LabTensor } from '../../../platform/ports/index.ts';

/** Disjoint: what recipes calibrate on, what candidates are chosen by, and what only the final figure sees. */
export interface SampleSplit {
  calibration: SampleSet;
  selection: SampleSet;
  final: SampleSet;
}

/** Of the rows; calibration takes what is left, about one in five. */
const SELECTION_SHARE = 0.4;
const FINAL_SHARE = 0.4;

interface Part {
  run: number;
  rows: number[];
}

/**
 * Deals rows at random, the same for the same seed; a run whose leading dimension is no batch stays whole. Three rows
 * fill every part. Two go to final and selection, a lone one to final: fill up with generated samples before.
 */
export function splitSamples(set: SampleSet, seed: number): SampleSplit {
  const units = set.runs.flatMap((_, run): Part[] => {
    const all = Array.from({ length: set.rows[run]! }, (_row, row) => row);
    return isDivisible(set, run) ? all.map((row) => ({ run, rows: [row] })) : [{ run, rows: all }];
  });
  const { next } = createSeededRandom(seed);
  const order = [...units.keys()];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  const share = (part: number): number => Math.max(1, Math.floor(part * units.length));
  const ends = [share(FINAL_SHARE), share(FINAL_SHARE) + share(SELECTION_SHARE)];
  const take = (from: number, to?: number): SampleSet =>
    gather(
      set,
      order.slice(from, to).map((unit) => units[unit]!),
    );
  return { final: take(0, ends[0]), selection: take(ends[0]!, ends[1]), calibration: take(ends[1]!) };
}

/** Rows can be told apart: every open tensor, answers included, has them as its leading dimension. */
function isDivisible(set: SampleSet, run: number): boolean {
  const rows = set.rows[run]!;
  const tensors = [...set.runs[run]!, ...(set.expected?.[run] ?? [])];
  return rows > 1 && tensors.every(({ dims }) => dims[0] === rows);
}

/** The parts in the order of the set; rows of one run stay one run. */
function gather(set: SampleSet, units: Part[]): SampleSet {
  const byRun = Map.groupBy(units, ({ run }) => run);
  const parts = [...byRun]
    .toSorted(([a], [b]) => a - b)
    .map(([run, its]) => ({ run, rows: its.flatMap(({ rows }) => rows).toSorted((a, b) => a - b) }));
  const whole = ({ run, rows }: Part): boolean => rows.length === set.rows[run];
  const pick = (tensors: readonly LabTensor[], part: Part): LabTensor[] =>
    whole(part) ? [...tensors] : tensors.map((tensor) => pickRows(tensor, part.rows));
  const rows = parts.map((part) => part.rows.length);
  const origins = parts.map(({ run }) => set.origins[run]!);
  const { labels, expected } = set;
  return {
    runs: parts.map((part) => pick(set.runs[part.run]!, part)),
    rows,
    origins,
    ...(labels ? { labels: parts.map((part) => pickLabels(labels[part.run]!, part, whole(part))) } : {}),
    ...(expected ? { expected: parts.map((part) => expected[part.run] && pick(expected[part.run]!, part)) } : {}),
    given: countRows({ rows, origins }, 'given'),
    generated: countRows({ rows, origins }, 'generated'),
    ignored: set.ignored,
  };
}

function pickLabels(labels: string[], { rows }: Part, whole: boolean): string[] {
  return whole || labels.length === 0 ? labels : rows.map((row) => labels[row]!);
}

function pickRows(tensor: LabTensor, rows: number[]): LabTensor {
  const width = tensor.data.length / tensor.dims[0]!;
  const dims = [rows.length, ...tensor.dims.slice(1)];
  if (Array.isArray(tensor.data)) {
    const { data } = tensor;
    return { ...tensor, dims, data: rows.flatMap((row) => data.slice(row * width, (row + 1) * width)) };
  }
  // A copy of the right type and length, then overwritten.
  const data = sliceRows(tensor, 0, rows.length).data as Float64Array;
  const source = tensor.data as Float64Array;
  rows.forEach((row, at) => data.set(source.subarray(row * width, (row + 1) * width), at * width));
  return { ...tensor, dims, data };
}
