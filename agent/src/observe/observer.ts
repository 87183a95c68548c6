import { featuresOf, type ActivityRecord } from '@plumbline/shared/manifest';
import { inputDigest, valuesOf } from '@plumbline/shared/predict';
import type { PredictionRow } from '@plumbline/shared/wire';
import type { Outbox, Write } from '../link/outbox/index.ts';
import type { Clock } from '../ports/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { isModelFault, type Prediction, type Predictor } from '../predict/predictor.ts';
import type { StoredPredictions } from './stored-predictions.ts';
import type { Windows } from './windows.ts';

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
  /** What the site log knows of an activity's plan. */
  planOf: (activity: string) => { entry: string; startAt: number } | undefined;
}

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
      const writes = predictions.flatMap((prediction, i): Write[] => {
        const record = records[i];
        if (record === undefined) return [];
        const ended = windows.close(prediction.asOf, clock.now());
        return [...(ended ? [ended] : []), writeOf(deps, model, record, prediction, refs?.[i])];
      });
      // What is to be durable with its rows stands in one write with them: commits may be cut between two writes.
      if (changes !== undefined) outbox.writeSoon(joined([...writes, { changes: [...changes] }]));
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

function writeOf(
  deps: ObserverDeps,
  model: LoadedModel,
  record: ActivityRecord,
  prediction: Prediction,
  ref: string | undefined,
): Write {
  const { kept, isFirst } = keep(deps, prediction);
  const counted =
    isFirst && startsInPeriod(deps, prediction)
      ? deps.windows.count(model, prediction.asOf, valuesOf(featuresOf(model.manifest), record), prediction.score)
      : {};
  return { ...counted, ...kept, rows: [rowOf(prediction, inputDigest(model.manifest, record), ref)] };
}

function joined(writes: readonly Write[]): Write {
  return {
    rows: writes.flatMap(({ rows = [] }) => rows),
    changes: writes.flatMap(({ changes = [] }) => changes),
    latest: Object.assign({}, ...writes.map(({ latest }) => latest)) as NonNullable<Write['latest']>,
  };
}

/** Without the name of an activity nothing can be recognised, and every record counts. */
function keep(deps: ObserverDeps, prediction: Prediction): { kept: Write; isFirst: boolean } {
  const { activity, line, sha256, version, asOf, at, score, label, reasons } = prediction;
  if (activity === undefined) return { kept: {}, isFirst: true };
  const before = deps.predictions.get(line, activity, sha256);
  const kept = deps.predictions.put({
    line,
    activity,
    sha256,
    version,
    first: before?.first ?? { asOf, score },
    at,
    asOf,
    score,
    label,
    reasons,
    plan: deps.planOf(activity)?.entry,
    matured: before?.matured ?? false,
  });
  return { kept, isFirst: before === undefined };
}

/**
 * A new version predicts everything that is open at once; activities begun in earlier periods were counted then,
 * and would now pass for a change of the present.
 */
function startsInPeriod(deps: ObserverDeps, { activity, asOf }: Prediction): boolean {
  const plan = activity === undefined ? undefined : deps.planOf(activity);
  return plan === undefined || plan.startAt >= deps.windows.period(asOf).from;
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
