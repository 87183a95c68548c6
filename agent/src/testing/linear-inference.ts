import { CodedError, messageOf } from '@plumbline/shared/errors';
import { scoreRecords } from '../predict/score.ts';
import { InferenceError, type Inference, type ModelTrial, type Session } from '../ports/index.ts';

/** Stands for an ONNX runtime, which we do not own: `model.onnx` holds these words as JSON. */
export interface LinearModel {
  weights: number[];
  bias: number;
  /** What goes wrong with it, and where. */
  /** What a run costs in the trial, as it claims: time per record and memory at its peak. */
  cost?: { runMsPerRecord: number; peakMb: number };
  fault?: 'load' | 'nan' | 'nan-after-warm-up' | 'crash' | 'hang' | 'crash-on-many' | 'nan-above-ten';
}

export function encodeLinear(model: LinearModel): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(model));
}

export interface LinearInference extends Inference {
  openSessions(): number;
  runs(): number;
}

/** Scores are `sigmoid(weights · row + bias)`; missing values count as 0. */
export function createLinearInference(): LinearInference {
  let openSessions = 0;
  let runs = 0;
  return {
    runtime: 'linear 1.0.0',
    openSessions: () => openSessions,
    runs: () => runs,
    async load(bytes): Promise<Session> {
      const model = parse(bytes);
      if (model.fault === 'load') throw new InferenceError('model_unloadable', 'fault: load', { kind: 'refused' });
      openSessions += 1;
      let isClosed = false;
      let isRunning = false;
      let ownRuns = 0;
      return {
        async run(feeds, outputs) {
          // The two promises of the port, checked: one run at a time, none after closing.
          if (isClosed || isRunning)
            throw new InferenceError('run_failed', isClosed ? 'closed' : 'busy', { kind: 'internal' });
          isRunning = true;
          await Promise.resolve();
          isRunning = false;
          runs += 1;
          ownRuns += 1;
          const [feed] = feeds;
          const [output] = outputs;
          if (feed === undefined || output === undefined) throw new CodedError('run_failed', 'nothing to run');
          const broken = model.fault === 'nan' || (model.fault === 'nan-after-warm-up' && ownRuns > 1);
          const rows = rowsOf(feed.data as Float32Array, feed.dims[1] ?? 1);
          const isAboveTen = (row: number) => model.fault === 'nan-above-ten' && (rows[row]?.[0] ?? 0) > 10;
          const scores = rows.map((row) => scoreOf(model, row));
          const data = scores.flatMap((score, row) =>
            broken || isAboveTen(row) ? [Number.NaN, Number.NaN] : [1 - score, score],
          );
          return { [output]: { dims: [scores.length, 2], data } };
        },
        async close() {
          if (!isClosed) openSessions -= 1;
          isClosed = true;
        },
      };
    },
  };
}

/** Rows of the self-test: a model may pass it and still fail on real records. */
const GOLDEN_ROWS = 3;

/** A trial in the same process: good enough for models whose faults are words. */
export function createLinearTrial(inference: Inference): ModelTrial {
  return {
    async run({ model, manifest, records }) {
      const { fault, cost = { runMsPerRecord: 0, peakMb: 1 } } = parse(model);
      if (fault === 'crash-on-many' && records.length > GOLDEN_ROWS)
        return { ok: false, reason: 'crashed', detail: 'signal 11' };
      if (fault === 'crash') return { ok: false, reason: 'crashed', detail: 'signal 6' };
      if (fault === 'hang') return { ok: false, reason: 'timed_out', detail: 'killed at the deadline' };
      try {
        const session = await inference.load(model);
        const scored = await scoreRecords({ manifest, session }, records);
        await session.close();
        return {
          ok: true,
          scores: scored.map(({ score }) => score),
          loadMs: 1,
          runMs: cost.runMsPerRecord * records.length,
          peakMb: cost.peakMb,
        };
      } catch (error) {
        return { ok: false, reason: 'failed', detail: messageOf(error) };
      }
    },
    close: async () => undefined,
  };
}

export function linearScore(model: LinearModel, row: readonly number[]): number {
  return scoreOf(model, row);
}

function scoreOf({ weights, bias }: LinearModel, row: readonly number[]): number {
  const sum = row.reduce((total, value, i) => total + (Number.isNaN(value) ? 0 : value) * (weights[i] ?? 0), bias);
  return 1 / (1 + Math.exp(-sum));
}

function rowsOf(data: Float32Array, width: number): number[][] {
  const rows: number[][] = [];
  // Simulations score by the hundred thousand: plain loops.
  for (let from = 0; from < data.length; from += width) {
    const row: number[] = [];
    for (let i = 0; i < width; i += 1) row.push(data[from + i] ?? 0);
    rows.push(row);
  }
  return rows;
}

function parse(bytes: Uint8Array): LinearModel {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as LinearModel;
  } catch (cause) {
    throw new InferenceError('model_unloadable', 'not a linear model', { kind: 'refused', cause });
  }
}
