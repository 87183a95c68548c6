import type { ModelLab } from '../../platform/ports/index.ts';
import type { ParquetLimits } from '../datasets/index.ts';
import type { RowPlan } from './files/input-row.ts';
import { readRows } from './files/read-rows.ts';
import { resultWriter, type ResultFormat } from './files/result-row.ts';
import { DEFAULT_BATCH_ROWS, scoreRows, type ScoreCounts } from './files/score-rows.ts';
import { createWholeFile } from './files/write-rows.ts';
import type { ScorableModel } from './model/scorable.ts';
import { createScorer } from './score/scorer.ts';

export interface ScoreFileOrder {
  model: ScorableModel;
  file: string;
  out: string;
  format: ResultFormat;
  plan: RowPlan;
  /** Reasons a row; none by default. */
  reasons?: number;
  batchRows?: number;
  /** Bounds of a Parquet file; the usual ones without. */
  parquet?: Partial<ParquetLimits>;
  onBatch?: (counts: ScoreCounts) => void;
}

export interface ScoredFile extends ScoreCounts {
  /** Columns of the model that the file lacks; all of them count as missing. */
  absent: string[];
}

/** Characters that are put together before they are written. */
const CHUNK = 1 << 20;

/**
 * Scores a file: every row of it gives one row of the result, in order, with a score or the code of an error. The result
 * appears under its name when it is whole.
 * @throws ScoringError, CsvError, ParquetError, ModelError `model_trial_failed`: then there is no result
 */
export async function scoreFile(deps: { lab: ModelLab }, order: ScoreFileOrder): Promise<ScoredFile> {
  const { model, plan, reasons = 0, batchRows = DEFAULT_BATCH_ROWS } = order;
  const { absent, named, rows, close } = await readRows(order.file, model.manifest, plan, order.parquet);
  const writer = resultWriter(order.format, { output: model.manifest.output, id: named, reasons });
  const out = await createWholeFile(order.out).catch(async (error: unknown) => {
    await close?.();
    throw error;
  });
  const scorer = createScorer(deps.lab, model);
  const counts: ScoreCounts = { rows: 0, bad: {} };
  try {
    let text = writer.header;
    for await (const row of scoreRows(scorer, rows, { batchRows, reasons, onBatch: order.onBatch }, counts)) {
      text += writer.lineOf(row);
      if (text.length < CHUNK) continue;
      await out.write(text);
      text = '';
    }
    await out.write(text);
    await out.commit();
    return { ...counts, absent };
  } catch (error) {
    await out.discard();
    throw error;
  } finally {
    await close?.();
    await scorer.close();
  }
}
