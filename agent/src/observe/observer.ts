import { slicesWith } from '@plumbline/shared/drift';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import { inputDigest, shareableFeatures, valuesOf } from '@plumbline/shared/predict';
import type { PredictionRow } from '@plumbline/shared/wire';
import type { Outbox, Write } from '../link/outbox/index.ts';
import type { Clock } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { isModelFault, type Prediction, type Predictor } from '../predict/predictor.ts';
import type { Examples } from './examples/examples.ts';
import type { StoredPrediction, StoredPredictions } from './stored-predictions.ts';
import type { Windows } from './windows.ts';
import { joinWrites } from './windows/join-writes.ts';
import type { LineMemory } from './windows/line-memory.ts';
import { countedBins } from './windows/shareable-bins.ts';

export interface PredictionCounters {
  predictions: number;
  /** Calls that failed by the model's fault. */
  modelErrors: number;
  /** Calls that were refused for their values. */
  refusedCalls: number;
  latency: { calls: number; totalMs: number; maxMs: number };
}

export interface ObserverDeps {
  clock: Clock;
  outbox: Outbox;
  windows: Windows;
  predictions: StoredPredictions;
  memory: LineMemory;
  examples: Pick<Examples, 'answered'>;
  /** What the site log knows of an activity's plan. */
  planOf: (activity: string) => { entry: string; startAt: number } | undefined;
}

const MICROS = 1000;

/** Watches a predictor: every answer becomes a row, a stored prediction and a count, in one group commit. */
export function observePredictions(predictor: Predictor, deps: ObserverDeps): PredictionCounters {
  const counters: PredictionCounters = {
    predictions: 0,
    modelErrors: 0,
    refusedCalls: 0,
    latency: { calls: 0, totalMs: 0, maxMs: 0 },
  };
  const { outbox, windows, clock } = deps;
  predictor.listen({
    predicted(model, records, predictions, tookMs, { refs, changes }) {
      counters.predictions += predictions.length;
      counters.latency.calls += 1;
      counters.latency.totalMs += tookMs;
      counters.latency.maxMs = Math.max(counters.latency.maxMs, tookMs);
      const tookMicros = (tookMs * MICROS) / Math.max(1, records.length);
      const writes = predictions.flatMap((prediction, i): Write[] => {
        const record = records[i];
        return record === undefined ? [] : [writeOf(deps, { model, record, prediction, ref: refs?.[i], tookMicros })];
      });
      // After all of them: a batch may ask about many days, and sends one window for each at most.
      const latestAt = predictions.reduce((latest, { asOf }) => Math.max(latest, asOf), -Infinity);
      const ended = windows.close(latestAt, clock.now());
      if (ended !== undefined) writes.push(ended);
      // What is to be durable with its rows stands in one write with them: commits may be cut between two writes.
      if (changes !== undefined) outbox.writeSoon(joinWrites([...writes, { changes: [...changes] }]));
      else for (const write of writes) outbox.writeSoon(write);
    },
    failed(model, error, records) {
      if (!isModelFault(error)) {
        counters.refusedCalls += 1;
        return;
      }
      counters.modelErrors += 1;
      outbox.writeSoon(windows.fail(model, clock.now(), records));
    },
  });
  return counters;
}

interface Answered {
  model: LoadedModel;
  record: ActivityRecord;
  prediction: Prediction;
  ref: string | undefined;
  tookMicros: number;
}

function writeOf(deps: ObserverDeps, { model, record, prediction, ref, tookMicros }: Answered): Write {
  const { windows, memory, predictions, examples } = deps;
  const { activity, line, sha256, asOf, at, score, label } = prediction;
  const row = rowOf(prediction, inputDigest(model.manifest, record), ref);
  const begun = memory.begins(line, windows.period(asOf).from);
  const known = activity === undefined ? undefined : predictions.get(line, activity, sha256);
  if (known !== undefined) return joinWrites([keep(deps, prediction, known.first, known), { rows: [row] }]);
  const { bins, slices } = countedBins(model);
  const values = valuesOf(shareableFeatures(model.manifest), record);
  const counted = {
    score,
    selected: model.manifest.output.kind === 'classes' && label === model.manifest.output.positive,
    slices: slicesWith({ slices }, values),
  };
  const isCounted = isFirstWord(deps, prediction);
  const first = { asOf, at, counted: isCounted, ...counted };
  const before = memory.before(line);
  return joinWrites([
    begun,
    isCounted ? windows.count(model, { asOf, values, tookMicros, before, ...counted }) : {},
    isCounted ? memory.counted(line, bins, values) : {},
    activity === undefined ? {} : keep(deps, prediction, first),
    { rows: [row] },
    examples.answered(model, record, { at, score, values }),
  ]);
}

function keep(
  deps: ObserverDeps,
  { activity = '', line, sha256, version, asOf, at, score, label, reasons }: Prediction,
  first: StoredPrediction['first'],
  { outcome, heard }: Partial<StoredPrediction> = {},
): Write {
  return deps.predictions.put({
    line,
    activity,
    sha256,
    version,
    first,
    at,
    asOf,
    score,
    label,
    reasons,
    plan: deps.planOf(activity)?.entry,
    ...(outcome !== undefined && { outcome }),
    ...(heard !== undefined && { heard }),
  });
}

/**
 * An activity is counted once for a line, by its first word on it: a new version predicts everything that is open at once,
 * and what is open is not like what begins. For the same reason what had begun before the line came to this device is not
 * counted. Without the name of an activity nothing can be recognised, and every record counts.
 */
function isFirstWord({ predictions, memory, windows, planOf }: ObserverDeps, { activity, line, asOf }: Prediction) {
  if (activity === undefined) return true;
  if (predictions.of(activity).some((one) => one.line === line)) return false;
  const plan = planOf(activity);
  const { from } = windows.period(asOf);
  return plan === undefined || plan.startAt >= Math.min(from, memory.since(line) ?? from);
}

function rowOf(
  { activity, line, version, sha256, asOf, at, score, unit, label, reasons }: Prediction,
  inputs: string,
  ref: string | undefined,
): PredictionRow {
  return {
    kind: 'prediction',
    at,
    line,
    version,
    sha256,
    asOf,
    score,
    inputs,
    ...(ref !== undefined && { ref }),
    ...(activity !== undefined && { activity }),
    // As long as a row may have it: a manifest may name any unit.
    ...(unit !== undefined && { unit: unit.slice(0, 256) }),
    ...(label !== undefined && { label }),
    ...(reasons !== undefined && { reasons }),
  };
}
