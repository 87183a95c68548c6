import type { GraphInput } from '@plumbline/shared/manifest';
import type { LabData, LabRun, LabTensor } from '../../../platform/ports/index.ts';
import type { ValueView } from '../../onnx/index.ts';

/** One file as it was found; `name` is shown to people, and its end says what the content does not. */
export interface SampleFile {
  name: string;
  bytes: Uint8Array;
}

export interface SampleOptions {
  /** Graph outputs: members of their names are kept as expected outputs. */
  outputs?: readonly ValueView[];
  /** Meaning of the inputs: columns of a CSV are found by the names of features. */
  mapping?: readonly GraphInput[];
  /** Column or member that holds the true label of each row; it is no input. */
  label?: string;
}

/** Inputs to judge a model by. All lists but `ignored` have one element a run. */
export interface SampleSet {
  runs: LabRun[];
  /** Rows of each run: the leading dimension where the model leaves it open, else 1. */
  rows: number[];
  /** Where each run came from. */
  origins: ('given' | 'generated')[];
  /** True labels of the rows of each run; a run of a fixed batch has as many as it has real rows. */
  labels?: string[][];
  /** What the origin of the samples says the model answers, by output name; undefined where it does not say. */
  expected?: (LabTensor[] | undefined)[];
  /** Rows that came from a person's files, and rows that were made up. */
  given: number;
  generated: number;
  /** Columns and members that are neither input, expected output nor label. */
  ignored: string[];
}

/** Most rows of one run on a model that leaves its batch open. */
export const ROWS_PER_RUN = 128;

/** A tensor out of a file, before it is known what it is for. */
export interface FoundArray {
  /** What it may be called: the name it carries, the name of its member or file. */
  names: string[];
  /** `file` or `file: member`, for errors. */
  where: string;
  dtype: string;
  dims: number[];
  data: LabData;
  /** From names like `input_3` and `output_0`, or the file it lies in. */
  role?: 'input' | 'output';
  place?: number;
}

/** Arrays that belong together: one NPZ, one `test_data_set_N` folder. */
export interface ArrayGroup {
  source: string;
  arrays: FoundArray[];
}

export function countRows(set: Pick<SampleSet, 'rows' | 'origins'>, origin: 'given' | 'generated'): number {
  return set.rows.reduce((sum, rows, run) => (set.origins[run] === origin ? sum + rows : sum), 0);
}

/** One set after the other, e.g. few given samples and generated ones to fill up. */
export function joinSets(a: SampleSet, b: SampleSet): SampleSet {
  const side = <T>(of: readonly T[] | undefined, set: SampleSet, empty: T): readonly T[] =>
    of ?? set.runs.map(() => empty);
  return {
    runs: [...a.runs, ...b.runs],
    rows: [...a.rows, ...b.rows],
    origins: [...a.origins, ...b.origins],
    ...(a.labels || b.labels ? { labels: [...side(a.labels, a, []), ...side(b.labels, b, [])] } : {}),
    ...(a.expected || b.expected
      ? { expected: [...side(a.expected, a, undefined), ...side(b.expected, b, undefined)] }
      : {}),
    given: a.given + b.given,
    generated: a.generated + b.generated,
    ignored: [...a.ignored, ...b.ignored],
  };
}
