import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import type { Database } from '../../../platform/db/index.ts';
import type { ArtifactStore, ModelLab } from '../../../platform/ports/index.ts';
import { DEFAULT_BATCH_ROWS, scoreRows, type ScoreCounts } from '../files/score-rows.ts';
import type { ResultRow } from '../files/result-row.ts';
import { parseReference } from '../model/reference.ts';
import { resolveModel } from '../model/resolve-model.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { createScorer } from '../score/scorer.ts';
import type { BatchJob, BatchSummary } from './job.ts';
import { rowsOfSource } from './rows.ts';

export interface RunDeps {
  database: Database;
  artifacts: ArtifactStore;
  lab: ModelLab;
  now: () => number;
}

export interface RunOutcome {
  model: ScorableModel;
  rows: number;
  bad: number;
  artifact: string;
  summary: BatchSummary;
}

/**
 * Scores the rows of a job and stores the results. They are an artifact that nobody knows of until the run is committed.
 * @param onModel told what the reference means
 * @param signal ends it early
 * @throws whatever keeps the run from its end
 */
export async function runJob(
  deps: RunDeps,
  { model: reference, source, reasons }: BatchJob,
  { onModel, signal }: { onModel: (model: ScorableModel) => void; signal: AbortSignal },
): Promise<RunOutcome> {
  const model = await resolveModel(deps, parseReference(reference));
  onModel(model);
  const { absent, rows, close } = await rowsOfSource(deps, source, model, deps.now());
  const scorer = createScorer(deps.lab, model);
  const gzip = createGzip();
  const packed: Uint8Array[] = [];
  gzip.on('data', (chunk: Uint8Array) => packed.push(chunk));
  const ended = once(gzip, 'end');
  const counts: ScoreCounts = { rows: 0, bad: {} };
  const figures = createFigures();
  try {
    for await (const row of scoreRows(scorer, rows, { batchRows: DEFAULT_BATCH_ROWS, reasons }, counts)) {
      signal.throwIfAborted();
      figures.take(row);
      if (!gzip.write(`${JSON.stringify(row)}\n`)) await once(gzip, 'drain');
    }
  } finally {
    gzip.end();
    await ended;
    await close?.();
    await scorer.close();
  }
  const artifact = await deps.artifacts.put(Buffer.concat(packed));
  const bad = Object.values(counts.bad).reduce((sum, one) => sum + one, 0);
  return { model, rows: counts.rows, bad, artifact, summary: { bad: counts.bad, ...figures.read(), absent } };
}

function createFigures() {
  const labels: Record<string, number> = {};
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  return {
    take({ score, label }: ResultRow) {
      if (score === undefined) return;
      count += 1;
      sum += score;
      min = Math.min(min, score);
      max = Math.max(max, score);
      if (label !== undefined) labels[label] = (labels[label] ?? 0) + 1;
    },
    read: () => ({ labels, ...(count > 0 && { mean: sum / count, min, max }) }),
  };
}
