import { ENGINES, type Engine, type LabFailure, type LabResult, type ModelLab } from '../../../platform/ports/index.ts';
import { readAnswers, type Answers, type AnswerView, type RunAnswers } from '../judge/answers.ts';
import { LAB_LIMITS } from '../score-records.ts';
import type { Split } from '../splits/splits.ts';

/** Rows of one split as one engine answered them. */
export interface Ran {
  answers: RunAnswers[];
  loadMs: number;
  runMs: number;
  peakMb: number;
}

/** What became of an encoding on each engine; a failure in the words of the trial process. */
export type RanOn = Record<Engine, { ok: true; ran: Ran } | LabFailure>;

/** Runs an encoding over a split on both engines side by side. */
export async function runOnBoth(lab: ModelLab, model: Uint8Array, split: Split): Promise<RanOn> {
  const results = await Promise.all(
    ENGINES.map((engine) => lab.run({ engine, model, runs: split.runs, ...LAB_LIMITS })),
  );
  const [node, wasm] = results.map((result) => ranOf(result, split)) as [RanOn['node'], RanOn['wasm']];
  return { node, wasm };
}

export function answersOf(view: AnswerView, ran: Ran): Answers {
  return readAnswers(view, ran.answers);
}

function ranOf(result: LabResult, { rows }: Split): RanOn[Engine] {
  if (!result.ok) return result;
  const { outputs, loadMs, runMs, peakMb } = result;
  const answers = outputs.map((tensors, at) => ({ outputs: tensors, rows: rows[at] ?? 1 }));
  return { ok: true, ran: { answers, loadMs, runMs, peakMb } };
}
