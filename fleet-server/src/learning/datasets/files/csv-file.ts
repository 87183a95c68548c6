import type { RejectedRow } from '../dataset.ts';

/** One data row; `cells[i]` belongs to `header[i]`. */
export interface CsvFileRow {
  line: number;
  cells: string[];
}

/** A CSV file in memory. `source` is shown to people and never decides anything. */
export interface CsvFile {
  source: string;
  sha256: string;
  header: string[];
  rows: CsvFileRow[];
  rejected: RejectedRow[];
}
