import { ENGINES, type Engine, type LabFailure, type LabResult, type ModelLab } from '../../../platform/ports/index.ts';
import type { RunAnswers } from '../judge/answers.ts';
import { LAB_LIMITS } from '../score-records.ts';
import type { Splits } from '../splits/splits.ts';

/** What an encoding answered on one engine. The final rows are run with the others, so that it is loaded once. */
export interface Ran {
  selection: RunAnswers[];
  final: RunAnswers[];
  loadMs: number;
  runMs: number;
  peakMb: number;
}

/** What became of an encoding on each engine; a failure in the words of the trial process. */
export type RanOn = Record<Engine, { ok: true; ran: Ran } | LabFailure>;

/** Runs an encoding on both engines side by side. */
export async function runOnBoth(lab: ModelLab, model: Uint8Array, splits: Splits): Promise<RanOn> {
  const runs = [...splits.selection.runs, ...splits.final.runs];
  const results = await Promise.all(ENGINES.map((engine) => lab.run({ engine, model, runs, ...LAB_LIMITS })));
  const [node, wasm] = results.map((result) => ranOf(result, splits)) as [RanOn['node'], RanOn['wasm']];
  return { node, wasm };
}

/** µs a row, about. */
export function roughUs(on: RanOn[Engine]): number {
  if (!on.ok) return 1;
  const rows = [...on.ran.selection, ...on.ran.final].reduce((sum, one) => sum + one.rows, 0);
  return (1000 * on.ran.runMs) / Math.max(1, rows);
}

export function wordsOf({ reason, detail }: LabFailure): string {
  return `${reason.replace('_', ' ')}: ${detail}`;
}

function ranOf(result: LabResult, { selection, final }: Splits): RanOn[Engine] {
  if (!result.ok) return result;
  const { outputs, loadMs, runMs, peakMb } = result;
  const rows = [...selection.rows, ...final.rows];
  const answers = outputs.map((tensors, at) => ({ outputs: tensors, rows: rows[at] ?? 1 }));
  const ends = selection.runs.length;
  return {
    ok: true,
    ran: { selection: answers.slice(0, ends), final: answers.slice(ends), loadMs, runMs, peakMb },
  };
}
