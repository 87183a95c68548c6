import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import type { Agent } from '../agent.ts';
import type { Change } from '../ports/index.ts';
import { isModelFault, type Prediction } from '../predict/predictor.ts';
import type { Asked } from './input-record.ts';

/** What was said to the record in one row of an input, or why nothing was. */
export type Answer = { row: number; ref?: string } & (Prediction | { error: AnswerError });

export interface AnswerError {
  code: string;
  /** From the record on, such as `values.floor`. */
  field?: string;
  expected?: string;
  detail: string;
}

export interface AskOptions {
  /** Model line; may be left out while there is only one. */
  line?: string;
  /** Reasons a record; none when left out. */
  top?: number;
  /** Becomes durable with the telemetry rows of everything up to this row. */
  mark?: (row: number) => Change[];
  /** Everything up to this row was answered, and its mark is on the way to the disk. */
  answered?: (row: number) => void;
  /** Asked and kept once before: only the answer is wanted. */
  again?: boolean;
}

type Good = Extract<Asked, { record: unknown }>;
type Predicts = Pick<Agent, 'predict'>;

/**
 * Answers a bounded batch in its order, each record once: one that cannot be answered carries its reason and takes no
 * other down with it. References of the records travel with their telemetry rows.
 * @throws what concerns all of them, such as `no_model` or `line_unknown`
 */
export async function answerRecords(
  agent: Predicts,
  batch: readonly Asked[],
  options: AskOptions = {},
): Promise<Answer[]> {
  const answers = new Map<number, Answer>();
  for (const asked of batch) if ('error' in asked) answers.set(asked.row, failed(asked, asked.error));
  const good = batch.filter((asked) => 'record' in asked);
  for (const answer of await answerGood(agent, good, options)) answers.set(answer.row, answer);
  return batch.flatMap(({ row }) => answers.get(row) ?? []);
}

async function answerGood(agent: Predicts, batch: readonly Good[], options: AskOptions): Promise<Answer[]> {
  if (batch.length === 0) return [];
  try {
    const predictions = await predict(agent, batch, options);
    options.answered?.(batch.at(-1)?.row ?? 0);
    return predictions.map((said, i) => ({ ...placeOf(batch[i]), ...said }));
  } catch (error) {
    const at = culpritOf(error);
    const culprit = at === undefined ? undefined : batch[at];
    if (culprit !== undefined) {
      const others = batch.filter((one) => one !== culprit);
      return [failed(culprit, error), ...(await answerGood(agent, others, options))];
    }
    // Whether the model fails at one record or at all of them shows when it is alone.
    if (!isModelFault(error) || (isCodedError(error) && error.kind === 'unavailable')) throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return [failed(only, error)];
    const half = Math.ceil(batch.length / 2);
    const first = await answerGood(agent, batch.slice(0, half), options);
    return [...first, ...(await answerGood(agent, batch.slice(half), options))];
  }
}

function predict(agent: Predicts, batch: readonly Good[], { line, top = 0, mark, again }: AskOptions) {
  const last = batch.at(-1)?.row;
  return agent.predict(
    batch.map(({ record }) => record),
    {
      refs: batch.map(({ ref }) => ref),
      reasons: top > 0,
      top,
      ...(line !== undefined && { line }),
      ...(again !== undefined && { again }),
      ...(mark !== undefined && last !== undefined && { changes: mark(last) }),
    },
  );
}

function placeOf(asked: Asked | undefined): { row: number; ref?: string } {
  const { row = 0, ref } = asked ?? {};
  return { row, ...(ref !== undefined && { ref }) };
}

function failed(asked: Asked, error: unknown): Answer {
  return { ...placeOf(asked), error: answerErrorOf(error) };
}

const PLACE = /^records\[(\d+)\]/;

/** `records[3].values.a` → 3 */
function culpritOf(error: unknown): number | undefined {
  const found = isCodedError(error) ? PLACE.exec(error.field ?? '') : null;
  return found === null ? undefined : Number(found[1]);
}

/** The error of one record, without the place it had in a batch of ours. Faults of ours show no detail. */
export function answerErrorOf(error: unknown): AnswerError {
  if (!isCodedError(error)) return { code: codeOf(error), detail: 'internal error' };
  const { code, field, expected } = error;
  return {
    code,
    ...(field !== undefined && { field: field.replace(/^records\[\d+\]\./, '') }),
    ...(expected !== undefined && { expected }),
    detail: messageOf(error).replace(/^records\[\d+\]: /, ''),
  };
}

/** Groups of at most `size`, in their order; what was read before the source failed comes before its error. */
export async function* inBatches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let failure: { error: unknown } | undefined;
  try {
    for await (const one of source) {
      batch.push(one);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    failure = { error };
  }
  if (batch.length > 0) yield batch;
  if (failure !== undefined) throw failure.error;
}
