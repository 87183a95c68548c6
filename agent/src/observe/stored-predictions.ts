import { reason } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../link/outbox/index.ts';
import type { Change, Store } from '../ports/index.ts';
import { readAll, stored, type OnDamaged } from '../store/json.ts';
import { predictedKey, STORED_PREDICTIONS } from '../store/keys.ts';

/** What one model version said about one activity: its first word, which is counted, and its latest, which is shown. */
export const storedPrediction = z.strictObject({
  line: z.string(),
  activity: z.string(),
  sha256: z.string(),
  version: z.string(),
  first: z.strictObject({
    asOf: z.number().int(),
    at: z.number().int(),
    score: z.number(),
    /** It stands in a window: no version of the line had spoken of the activity before. */
    counted: z.boolean(),
    /** Said to be late. */
    selected: z.boolean(),
    /** Numbers of the slices of the reference, as the values are not kept. */
    slices: z.array(z.number().int().nonnegative()),
  }),
  at: z.number().int(),
  asOf: z.number().int(),
  score: z.number(),
  label: z.string().optional(),
  reasons: z.array(reason).optional(),
  /** Site log entry of the plan it was made from; absent for records that came from a caller. */
  plan: z.string().optional(),
  /** The outcome that is counted for it now. */
  outcome: z.union([z.literal(0), z.literal(1)]).optional(),
  /** The detectors have heard of it: they cannot take a word back. */
  heard: z.boolean().optional(),
});

export type StoredPrediction = z.infer<typeof storedPrediction>;

/** Predictions by activity, kept for the screen of an offline start and for the outcomes that come months later. */
export interface StoredPredictions {
  of(activity: string): StoredPrediction[];
  get(line: string, activity: string, sha256: string): StoredPrediction | undefined;
  put(prediction: StoredPrediction): Write;
}

/**
 * So many are kept. Beyond it those go first whose outcome is counted, then those longest without a word: an outcome that
 * still comes for them is counted nowhere, and asked again they would pass for new.
 */
export const MAX_STORED_PREDICTIONS = 50_000;

export async function createStoredPredictions(
  store: Store,
  onDamaged?: OnDamaged,
  limit: () => number = () => MAX_STORED_PREDICTIONS,
): Promise<StoredPredictions> {
  const byActivity = new Map<string, Map<string, StoredPrediction>>();
  /** Keys with their activities, those without a word for longest first. */
  const settled = new Map<string, string>();
  const waiting = new Map<string, string>();
  const keep = (key: string, one: StoredPrediction) => {
    const own = byActivity.get(one.activity) ?? new Map<string, StoredPrediction>();
    byActivity.set(one.activity, own.set(key, one));
    settled.delete(key);
    waiting.delete(key);
    (one.outcome === undefined ? waiting : settled).set(key, one.activity);
  };
  const evict = (): Change[] => {
    const removed: Change[] = [];
    while (settled.size + waiting.size > limit()) {
      const from = settled.size > 0 ? settled : waiting;
      const [oldest] = from;
      if (oldest === undefined) break;
      const [key, activity] = oldest;
      from.delete(key);
      const own = byActivity.get(activity);
      own?.delete(key);
      if (own?.size === 0) byActivity.delete(activity);
      removed.push({ remove: key });
    }
    return removed;
  };
  const kept = await readAll(store, STORED_PREDICTIONS, storedPrediction, onDamaged);
  for (const [key, one] of kept.toSorted(([, a], [, b]) => a.at - b.at)) keep(key, one);
  return {
    of: (activity) => [...(byActivity.get(activity)?.values() ?? [])],
    get: (line, activity, sha256) => byActivity.get(activity)?.get(predictedKey(line, activity, sha256)),
    put(prediction) {
      const key = predictedKey(prediction.line, prediction.activity, prediction.sha256);
      keep(key, prediction);
      return { changes: [{ put: key, value: stored(prediction) }, ...evict()] };
    },
  };
}
