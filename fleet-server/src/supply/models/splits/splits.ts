import type { LabRun } from '../../../platform/ports/index.ts';

/** Runs that serve one purpose. `rows[i]` of run i are real, the rest of it pads a fixed batch. */
export interface Split {
  runs: readonly LabRun[];
  rows: readonly number[];
  /** One a row, where the truth is known. */
  labels?: readonly string[];
}

/** Candidates are calibrated on the first, weighed on the second, and what they cost is told from the third. */
export interface Splits {
  calibration: Split;
  selection: Split;
  final: Split;
  /** Rows that came from people or data, and rows that were made up: it is said wherever figures are shown. */
  given: number;
  generated: number;
}
