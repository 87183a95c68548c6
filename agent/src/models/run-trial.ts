import { decodeOutputs, encodeRuns } from '@plumbline/shared/predict';
import type { Inference, TrialJob, TrialResult } from '../ports/index.ts';

/** What the place of a trial can tell of itself. */
export interface TrialPlace {
  inference: Inference;
  /** Milliseconds with fractions that only go forward. */
  elapsedMs: () => number;
  /** Called before a job, so that the peak of an earlier one is not its own. */
  forgetPeak?: () => void;
  /** The most this place has held, above what it holds without a model, 2^20 bytes. */
  peakMb: () => number;
}

/**
 * The program of every trial, whatever it runs in: loads what may crash the place, and scores the records.
 * @throws InferenceError, PredictError: the model has failed
 */
export async function runTrial(
  { inference, elapsedMs, forgetPeak, peakMb }: TrialPlace,
  { model, manifest, records }: Pick<TrialJob, 'model' | 'manifest' | 'records'>,
): Promise<Omit<Extract<TrialResult, { ok: true }>, 'ok'>> {
  forgetPeak?.();
  const startedAt = elapsedMs();
  const session = await inference.load(model);
  const loadedAt = elapsedMs();
  const { output } = manifest;
  const outputs = [output.kind === 'classes' ? output.probabilities : output.value];
  const scores: number[] = [];
  for (const { feeds, rows } of encodeRuns(manifest, records)) {
    const scored = decodeOutputs(manifest, await session.run(feeds, outputs), rows);
    for (const { score } of scored) scores.push(score);
  }
  const runMs = elapsedMs() - loadedAt;
  const took = { loadMs: loadedAt - startedAt, runMs, peakMb: Math.max(0, peakMb()) };
  await session.close();
  return { scores, ...took };
}
