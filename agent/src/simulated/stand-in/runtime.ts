import { messageOf } from '@plumbline/shared/errors';
import type { Life } from '@plumbline/shared/testing/world';
import { scoreRecords } from '../../predict/score.ts';
import { InferenceError, type Inference, type ModelTrial, type Session } from '../../ports/index.ts';
import { decodeStandIn, standInScore, type StandInModel } from './model.ts';

/** How a device itself fails with a model that runs on others: another processor, another library, worn memory. */
export type Ailment =
  /** The process dies of it. */
  | 'crash'
  /** It cannot be loaded. */
  | 'load'
  /** It computes something else than the model says. */
  | 'golden'
  /** It never comes to an end. */
  | 'hang'
  /** It passes every trial, and gives no numbers once it serves. */
  | 'service';

export interface StandInRuntimeOptions {
  /** What this device suffers from with these bytes. */
  ailmentOf?: (model: StandInModel) => Ailment | undefined;
}

const LOAD_MS = 20;
/** Far beyond the tolerance of any golden row. */
const WRONG_BY = 0.2;

/** Runs stand-ins for the time of one life. Runs take the time that the model says, on the clock of that life. */
export function createStandInRuntime(
  life: Life,
  { ailmentOf = () => undefined }: StandInRuntimeOptions = {},
): { inference: Inference; trial: ModelTrial } {
  const load = (bytes: Uint8Array) => {
    const model = parse(bytes);
    const ailment = ailmentOf(model);
    if (ailment === 'load') throw unloadable('the runtime refuses it on this device');
    return { model, ailment };
  };

  const inference: Inference = {
    runtime: 'stand-in 1.0.0',
    async load(bytes) {
      const { model, ailment } = load(bytes);
      await life.wait(LOAD_MS);
      // The warm-up at loading is the first run; what fails in service fails after it.
      let runs = 0;
      return sessionOf(model, ailment, async (rows) => {
        runs += 1;
        await life.wait(Math.max(1, Math.round(model.runMsPerRecord * rows)));
        return ailment === 'service' && runs > 1;
      });
    },
  };

  const trial: ModelTrial = {
    async run({ model: bytes, manifest, records, deadlineMs }) {
      try {
        const { model, ailment } = load(bytes);
        if (ailment === 'crash') {
          await life.wait(LOAD_MS);
          return { ok: false, reason: 'crashed', detail: 'signal 11' };
        }
        const runMs = model.runMsPerRecord * records.length;
        if (ailment === 'hang' || runMs > deadlineMs) {
          await life.wait(deadlineMs);
          return { ok: false, reason: 'timed_out', detail: 'killed at the deadline' };
        }
        await life.wait(LOAD_MS + Math.round(runMs));
        const scored = await scoreRecords({ manifest, session: sessionOf(model, ailment, async () => false) }, records);
        return { ok: true, scores: scored.map(({ score }) => score), loadMs: LOAD_MS, runMs, peakMb: model.peakMb };
      } catch (error) {
        return { ok: false, reason: 'failed', detail: messageOf(error) };
      }
    },
    close: async () => undefined,
  };
  return { inference, trial };
}

/** @param before takes the time of a run; true: this one gives no numbers */
function sessionOf(
  model: StandInModel,
  ailment: Ailment | undefined,
  before: (rows: number) => Promise<boolean>,
): Session {
  const offset = ailment === 'golden' ? WRONG_BY : 0;
  return {
    async run([feed], [output]) {
      if (feed === undefined || output === undefined) throw new InferenceError('run_failed', 'nothing to run');
      const rows = rowsOf(feed.data as Float32Array, feed.dims[1] ?? 1);
      const isMute = await before(rows.length);
      const data = rows.flatMap((row) => {
        const score = isMute ? Number.NaN : standInScore(model, row) + offset;
        return [1 - score, score];
      });
      return { [output]: { dims: [rows.length, 2], data } };
    },
    close: async () => undefined,
  };
}

function rowsOf(data: Float32Array, width: number): number[][] {
  const rows: number[][] = [];
  for (let from = 0; from < data.length; from += width) rows.push([...data.subarray(from, from + width)]);
  return rows;
}

function parse(bytes: Uint8Array): StandInModel {
  try {
    return decodeStandIn(bytes);
  } catch (cause) {
    throw unloadable('not a stand-in', cause);
  }
}

function unloadable(what: string, cause?: unknown): InferenceError {
  return new InferenceError('model_unloadable', what, { kind: 'refused', cause });
}
