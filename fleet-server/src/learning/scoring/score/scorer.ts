import { isCodedError, type CodedError } from '@plumbline/shared/errors';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import {
  createDecoder,
  encodeRuns,
  occlude,
  reasonsOf,
  type Run,
  type RunOutputs,
  type Scored,
} from '@plumbline/shared/predict';
import type { Reason } from '@plumbline/shared/wire';
import type { Engine, HeldModel, LabTensor, ModelLab } from '../../../platform/ports/index.ts';
import { LAB_LIMITS, ModelError, numbersOf } from '../../../supply/models/index.ts';
import { nameOf, type ScorableModel } from '../model/scorable.ts';
import { createStructure, type Structure } from './by-structure.ts';

/** What became of one row: what the model says, or why it was not asked. */
export type Outcome = { ok: true; scored: Scored; reasons?: Reason[] } | { ok: false; error: CodedError };

export interface Scorer {
  model: ScorableModel;
  /**
   * One outcome for each record, in order: a bad record costs itself only.
   * @param reasons how many a record; 0 asks for none
   * @throws ModelError `model_trial_failed` when the model itself fails
   */
  score(records: readonly ActivityRecord[], reasons?: number): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** Questions of occlusion that are scored in one go. */
const MAX_QUESTIONS = 4096;

/**
 * A model in a trial process of its own, that stays warm from call to call.
 * @param options.once for a single question: in the process that all share, which need not be started
 */
export function createScorer(
  lab: ModelLab,
  model: ScorableModel,
  { engine = 'node', once = false }: { engine?: Engine; once?: boolean } = {},
): Scorer {
  const { manifest, bytes } = model;
  const decoder = createDecoder(manifest.output);
  const job = { engine, model: bytes, memoryMb: LAB_LIMITS.memoryMb, outputs: [decoder.output] };
  const held: HeldModel = once
    ? { run: (runs, deadlineMs) => lab.run({ ...job, runs, deadlineMs }), close: async () => undefined }
    : lab.hold(job);
  let structure: Structure | string | undefined;

  const ask = async (runs: readonly Run[]): Promise<RunOutputs[]> => {
    if (runs.length === 0) return [];
    const result = await held.run(
      runs.map(({ feeds }) => feeds),
      LAB_LIMITS.deadlineMs,
    );
    if (!result.ok) throw failed(model, `${result.reason.replace('_', ' ')} in its trial: ${result.detail}`);
    return result.outputs.map(byName);
  };
  const read = (runs: readonly Run[], outputs: readonly RunOutputs[]): Outcome[] =>
    runs.flatMap(({ rows }, at) =>
      Array.from({ length: rows }, (_, row) => outcomeOf(() => decoder.read(outputs[at]!, 1, row)[0]!)),
    );

  return {
    model,
    async score(records, reasons = 0) {
      const { placed, runs, refused } = place(model, records);
      const outcomes = read(runs, await ask(runs));
      if (reasons > 0) {
        structure ??= createStructure(model);
        await explain({ model, structure, ask, read }, placed, runs, outcomes, reasons);
      }
      const answers = outcomes.values();
      return records.map((_, at) => refused.get(at) ?? answers.next().value!);
    },
    close: () => held.close(),
  };
}

/** Records that fit the inputs, placed, and why the others do not: each is only tried by itself when some do not. */
function place({ manifest }: ScorableModel, records: readonly ActivityRecord[]) {
  const refused = new Map<number, Outcome>();
  try {
    return { placed: records, runs: encodeRuns(manifest, records), refused };
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
  const placed = records.filter((record, at) => {
    try {
      encodeRuns(manifest, [record]);
      return true;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      refused.set(at, { ok: false, error });
      return false;
    }
  });
  return { placed, runs: encodeRuns(manifest, placed), refused };
}

interface Asking {
  model: ScorableModel;
  structure: Structure | string;
  ask: (runs: readonly Run[]) => Promise<RunOutputs[]>;
  read: (runs: readonly Run[], outputs: readonly RunOutputs[]) => Outcome[];
}

/** Writes reasons beside the scores: by the graph's own structure, and by occlusion where that is not understood. */
async function explain(
  asking: Asking,
  records: readonly ActivityRecord[],
  runs: readonly Run[],
  outcomes: readonly Outcome[],
  top: number,
): Promise<void> {
  const { structure, model } = asking;
  const left: { outcome: Extract<Outcome, { ok: true }>; record: ActivityRecord }[] = [];
  let at = 0;
  for (const run of runs) {
    for (let row = 0; row < run.rows; row += 1, at += 1) {
      const [outcome, record] = [outcomes[at]!, records[at]!];
      if (!outcome.ok) continue;
      const own =
        typeof structure === 'string' ? undefined : structure.reasonsOf(run, row, record, outcome.scored.score, top);
      if (own === undefined) left.push({ outcome, record });
      else outcome.reasons = own;
    }
  }
  const { reference, manifest } = model;
  while (left.length > 0) {
    const asked = [];
    for (let questions = 0; left.length > 0 && questions < MAX_QUESTIONS;) {
      const { outcome, record } = left.shift()!;
      // Without a reference there are no typical values to compare with.
      const occlusion = reference === undefined ? { features: [], records: [] } : occlude(manifest, reference, record);
      asked.push({ outcome, record, occlusion, from: questions });
      questions += occlusion.records.length;
    }
    const questions = encodeRuns(
      manifest,
      asked.flatMap(({ occlusion }) => occlusion.records),
    );
    const answers = asking.read(questions, await asking.ask(questions));
    for (const { outcome, record, occlusion, from } of asked) {
      const { score } = outcome.scored;
      const scores = occlusion.records.map((_, i) => scoreOf(answers[from + i], score));
      outcome.reasons = reasonsOf(occlusion, record, score, scores, top);
    }
  }
}

/** What the model has no answer to explains nothing. */
function scoreOf(outcome: Outcome | undefined, otherwise: number): number {
  return outcome?.ok === true ? outcome.scored.score : otherwise;
}

function outcomeOf(read: () => Scored): Outcome {
  try {
    return { ok: true, scored: read() };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { ok: false, error };
  }
}

function byName(tensors: readonly LabTensor[]): RunOutputs {
  return Object.fromEntries(tensors.map((one) => [one.name, { dims: one.dims, data: numbersOf(one) }]));
}

function failed(model: ScorableModel, what: string): ModelError {
  return new ModelError('model_trial_failed', `${nameOf(model)} ${what}`, {
    kind: 'refused',
    field: 'model',
    expected: 'a model that loads and answers',
  });
}
