import type { RejectedRow } from '../dataset.ts';
import type { DatasetDraft } from './reader.ts';

/** Counts the fate of every row; a rejected one is also listed with its reason. */
export interface Tally {
  count(fate: string, rows?: number): void;
  reject(source: string, line: number, code: string, message: string): void;
  /** A value of a kept row that could not be used and became missing. Not the fate of a row. */
  note(code: string, cells?: number): void;
  result(): Pick<DatasetDraft, 'counts' | 'rejected' | 'missingValues'>;
}

export function createTally(): Tally {
  const counts: Record<string, number> = {};
  const missingValues: Record<string, number> = {};
  const rejected: RejectedRow[] = [];
  return {
    count: (fate, rows = 1) => add(counts, fate, rows),
    reject(source, line, code, message) {
      add(counts, code, 1);
      rejected.push({ source, line, code, message });
    },
    note: (code, cells = 1) => add(missingValues, code, cells),
    result: () => ({ counts, rejected, missingValues }),
  };
}

function add(to: Record<string, number>, key: string, more: number): void {
  if (more > 0) to[key] = (to[key] ?? 0) + more;
}
