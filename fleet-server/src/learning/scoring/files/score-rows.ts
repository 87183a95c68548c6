import type { Outcome, Scorer } from '../score/scorer.ts';
import type { InputRow } from './input-row.ts';
import { resultOf, type ResultRow } from './result-row.ts';

export interface ScoreCounts {
  rows: number;
  /** Rows without a score, by code. */
  bad: Record<string, number>;
}

export interface ScoreRowsOptions {
  /** Rows that are asked in one go. */
  batchRows: number;
  reasons: number;
  onBatch?: ((counts: ScoreCounts) => void) | undefined;
}

export const DEFAULT_BATCH_ROWS = 1_000;

/** One result for each row, in order, a batch in memory at a time. `counts` grows with it. */
export async function* scoreRows(
  scorer: Scorer,
  rows: AsyncIterable<InputRow>,
  { batchRows, reasons, onBatch }: ScoreRowsOptions,
  counts: ScoreCounts,
): AsyncGenerator<ResultRow> {
  let batch: InputRow[] = [];
  const answer = async (): Promise<ResultRow[]> => {
    const asked = batch.flatMap((row) => ('record' in row ? [row.record] : []));
    const outcomes = (await scorer.score(asked, reasons)).values();
    const results = batch.map((row) => {
      const outcome: Outcome = 'error' in row ? { ok: false, error: row.error } : outcomes.next().value!;
      return resultOf(row, 'record' in row ? row.record.asOf : undefined, outcome);
    });
    for (const { error } of results) {
      counts.rows += 1;
      if (error !== undefined) counts.bad[error.code] = (counts.bad[error.code] ?? 0) + 1;
    }
    batch = [];
    onBatch?.(counts);
    return results;
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= batchRows) yield* await answer();
  }
  if (batch.length > 0) yield* await answer();
}
