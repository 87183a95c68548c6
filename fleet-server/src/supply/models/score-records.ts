import { messageOf } from '@plumbline/shared/errors';
import type { ActivityRecord, GraphInput, GraphOutput } from '@plumbline/shared/manifest';
import { decodeOutputs, encodeRuns } from '@plumbline/shared/predict';
import type { Engine, LabLimits, LabTensor, ModelLab } from '../../platform/ports/index.ts';
import { ModelError } from './errors.ts';
import { numbersOf } from './judge/answers.ts';

/** Enough for any model a device could hold. */
export const LAB_LIMITS: LabLimits = { deadlineMs: 60_000, memoryMb: 1024 };

/** Scores of a model on records, from a trial process. @throws ModelError `model_trial_failed` with the runtime's words. */
export async function scoresOf(
  lab: ModelLab,
  model: { bytes: Uint8Array; inputs: GraphInput[]; output: GraphOutput },
  records: ActivityRecord[],
  engine: Engine = 'node',
): Promise<number[]> {
  const { bytes, inputs, output } = model;
  const runs = encodeRuns({ inputs }, records);
  const result = await lab.run({
    engine,
    model: bytes,
    runs: runs.map(({ feeds }) => feeds),
    outputs: [output.kind === 'classes' ? output.probabilities : output.value],
    ...LAB_LIMITS,
  });
  if (!result.ok) throw failed(`${result.reason.replace('_', ' ')} in its trial: ${result.detail}`);
  try {
    return runs.flatMap(({ rows }, at) =>
      decodeOutputs({ output }, byName(result.outputs[at] ?? []), rows).map(({ score }) => score),
    );
  } catch (cause) {
    throw failed(`failed in its trial: ${messageOf(cause)}`, cause);
  }
}

function failed(what: string, cause?: unknown): ModelError {
  return new ModelError('model_trial_failed', `model ${what}`, {
    kind: 'refused',
    field: 'model',
    expected: 'a model that loads and answers the trial rows',
    cause,
  });
}

function byName(tensors: readonly LabTensor[]) {
  return Object.fromEntries(tensors.map((one) => [one.name, { dims: one.dims, data: numbersOf(one) }]));
}
