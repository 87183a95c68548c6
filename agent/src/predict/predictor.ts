import { isCodedError } from '@plumbline/shared/errors';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import { PredictError, type Scored } from '@plumbline/shared/predict';
import type { Reason } from '@plumbline/shared/wire';
import { AgentError } from '../errors.ts';
import type { Change, Clock, Stopwatch } from '../ports/index.ts';
import { derivedOf, deriveRecords, type OpenHistory } from './derive.ts';
import { explain } from './explain.ts';
import type { LoadedModel } from './load.ts';
import { askRecords } from './score.ts';

/** What a model said about one record, and which bytes said it. */
export interface Prediction {
  activity?: string;
  line: string;
  version: string;
  sha256: string;
  asOf: number;
  /** When it was made, ms. */
  at: number;
  /** Risk in [0, 1], or the value of a regression, which has a `unit` where its model names one, and never a label. */
  score: number;
  unit?: string;
  label?: string;
  probabilities?: Record<string, number>;
  reasons?: Reason[];
}

export interface PredictOptions {
  /** Model line; may be left out while there is only one. */
  line?: string;
  reasons?: boolean;
  /** Reasons per record, 3 by default. */
  top?: number;
  /** The caller's own references, one a record, carried to the telemetry rows. */
  refs?: readonly (string | undefined)[];
  /** Durable in one commit with the rows of this call, or not at all: how a source remembers what was answered. */
  changes?: readonly Change[];
  /** An answer given once before, whose rows are kept: nothing of it is counted or stored again. */
  again?: boolean;
}

export interface PredictorListener {
  /** @param records with what was derived for them */
  predicted: (
    model: LoadedModel,
    records: readonly ActivityRecord[],
    predictions: readonly Prediction[],
    tookMs: number,
    options: PredictOptions,
  ) => void;
  failed: (model: LoadedModel, error: unknown, records: number) => void;
}

export interface Predictor {
  /** @throws PredictError, AgentError `line_unknown`, `too_many_records` */
  predict(records: readonly ActivityRecord[], options?: PredictOptions): Promise<Prediction[]>;
  /** From now on this model answers for its line; the one before is closed after its last call. */
  swap(model: LoadedModel): void;
  /** Nothing answers for this line any more. */
  drop(line: string): void;
  loaded(): LoadedModel[];
  get(line: string): LoadedModel | undefined;
  listen(listener: Partial<PredictorListener>): () => void;
  close(): Promise<void>;
}

const MAX_RECORDS = 10_000;
const DEFAULT_REASONS = 3;

interface Held {
  model: LoadedModel;
  /** What is derived for each record; for most models nothing. */
  derived: ReturnType<typeof derivedOf>;
  calls: number;
  retired: boolean;
}

export interface PredictorDeps {
  clock: Clock;
  /** Without one, answers are timed by the clock. */
  stopwatch?: Stopwatch | undefined;
  /** Without one, derived features that need the log of the site are missing. */
  history?: OpenHistory | undefined;
}

export function createPredictor(deps: PredictorDeps): Predictor {
  const { clock } = deps;
  const elapsedMs = deps.stopwatch?.elapsedMs ?? clock.now;
  const lines = new Map<string, Held>();
  const listeners = new Set<Partial<PredictorListener>>();
  const closing = new Set<Promise<void>>();

  const closeWhenIdle = (held: Held) => {
    if (!held.retired || held.calls > 0) return;
    // A session that cannot be closed is gone either way.
    const closed = held.model.session.close().catch(() => undefined);
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  const retire = (line: string) => {
    const held = lines.get(line);
    lines.delete(line);
    if (held === undefined) return;
    held.retired = true;
    closeWhenIdle(held);
  };

  const find = (line: string | undefined): Held => {
    if (lines.size === 0) throw noModel(line);
    if (line === undefined) {
      const [only, ...others] = lines.values();
      if (only !== undefined && others.length === 0) return only;
      const expected = [...lines.keys()].join(' | ');
      throw new AgentError('line_unknown', 'line: several models run here', { field: 'line', expected });
    }
    const held = lines.get(line);
    if (held === undefined) throw noModel(line);
    return held;
  };

  return {
    async predict(records, options = {}) {
      if (records.length > MAX_RECORDS) {
        throw new AgentError('too_many_records', `records: ${records.length}`, {
          kind: 'too-large',
          field: 'records',
          expected: `≤ ${MAX_RECORDS} records a call`,
        });
      }
      const held = find(options.line);
      const { model, derived } = held;
      const at = clock.now();
      const startedMs = elapsedMs();
      held.calls += 1;
      try {
        const asked = derived.length === 0 ? records : deriveRecords(derived, records, deps.history);
        const predictions = await answer(model, asked, options, at);
        const tookMs = elapsedMs() - startedMs;
        if (options.again === true) return predictions;
        for (const listener of listeners) listener.predicted?.(model, asked, predictions, tookMs, options);
        return predictions;
      } catch (error) {
        for (const listener of listeners) listener.failed?.(model, error, records.length);
        throw error;
      } finally {
        held.calls -= 1;
        closeWhenIdle(held);
      }
    },
    swap(model) {
      retire(model.line);
      lines.set(model.line, { model, derived: derivedOf(model.manifest), calls: 0, retired: false });
    },
    drop: retire,
    loaded: () => [...lines.values()].map(({ model }) => model),
    get: (line) => lines.get(line)?.model,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      for (const line of lines.keys()) retire(line);
      await Promise.all(closing);
    },
  };
}

async function answer(
  model: LoadedModel,
  records: readonly ActivityRecord[],
  { reasons, top }: PredictOptions,
  at: number,
): Promise<Prediction[]> {
  const answered = await askRecords(model, records);
  const { scored } = answered;
  const explained = reasons === true ? await explain(model, records, answered, top ?? DEFAULT_REASONS) : undefined;
  answered.release();
  const predictions: Prediction[] = [];
  for (let i = 0; i < records.length; i += 1) {
    const said = scored[i];
    if (said === undefined) throw new PredictError('output_missing', `no output for record ${i}`, { kind: 'refused' });
    const prediction = predictionOf(model, records[i]!, said, at);
    const why = explained?.[i];
    if (why !== undefined) prediction.reasons = why;
    predictions.push(prediction);
  }
  return predictions;
}

/** Written out rather than spread: this is done once a record. */
function predictionOf(
  { line, version, sha256 }: LoadedModel,
  { activity, asOf }: ActivityRecord,
  { score, unit, label, probabilities }: Scored,
  at: number,
): Prediction {
  if (label === undefined || probabilities === undefined) {
    const value = { line, version, sha256, asOf, at, score, ...(unit !== undefined && { unit }) };
    return activity === undefined ? value : { activity, ...value };
  }
  return activity === undefined
    ? { line, version, sha256, asOf, at, score, label, probabilities }
    : { activity, line, version, sha256, asOf, at, score, label, probabilities };
}

/** True when the model is at fault and not the question: only such errors speak against it. */
export function isModelFault(error: unknown): boolean {
  return !isCodedError(error) || (error.kind !== 'invalid' && error.kind !== 'too-large');
}

function noModel(line: string | undefined): PredictError {
  const what = line === undefined ? 'no model runs here yet' : `no model of line ${line} runs here`;
  return new PredictError('no_model', what, { kind: 'unavailable', field: 'line' });
}
