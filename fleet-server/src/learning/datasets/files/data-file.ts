import type { RejectedRow } from '../dataset.ts';

/** One row; `cells[i]` belongs to `header[i]`. */
export interface DataRow {
  /** Line, or number of the row in files without lines; 1-based, the header counted where there is one. */
  line: number;
  cells: string[];
}

/**
 * A file of any kind as a table in memory: what readers recognise and read. Cells are text, an empty one is missing;
 * moments are ISO 8601, booleans `true` and `false`. `source` is shown to people and never decides anything.
 */
export interface DataFile {
  source: string;
  sha256: string;
  header: string[];
  rows: DataRow[];
  rejected: RejectedRow[];
  /** Columns of the file that no table can hold, and why. */
  ignoredColumns?: Record<string, string>;
}
