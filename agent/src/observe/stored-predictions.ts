import { reason } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Write } from '../link/outbox/index.ts';
import type { Store } from '../ports/index.ts';
import { readAll, stored, type OnDamaged } from '../store/json.ts';
import { predictedKey, STORED_PREDICTIONS } from '../store/keys.ts';

/** What one model version said about one activity: its first word, which is counted, and its latest, which is shown. */
const storedPrediction = z.strictObject({
  line: z.string(),
  activity: z.string(),
  sha256: z.string(),
  version: z.string(),
  first: z.strictObject({ asOf: z.number().int(), score: z.number() }),
  at: z.number().int(),
  asOf: z.number().int(),
  score: z.number(),
  label: z.string().optional(),
  reasons: z.array(reason).optional(),
  /** Site log entry of the plan it was made from; absent for records that came from a caller. */
  plan: z.string().optional(),
  /** Its outcome stands in a window. */
  matured: z.boolean(),
});

export type StoredPrediction = z.infer<typeof storedPrediction>;

/** Predictions by activity, kept for the screen of an offline start and for the outcomes that come months later. */
export interface StoredPredictions {
  of(activity: string): StoredPrediction[];
  get(line: string, activity: string, sha256: string): StoredPrediction | undefined;
  put(prediction: StoredPrediction): Write;
}

export async function createStoredPredictions(store: Store, onDamaged?: OnDamaged): Promise<StoredPredictions> {
  const byActivity = new Map<string, Map<string, StoredPrediction>>();
  const keep = (key: string, one: StoredPrediction) => {
    const own = byActivity.get(one.activity) ?? new Map<string, StoredPrediction>();
    byActivity.set(one.activity, own.set(key, one));
  };
  for (const [key, one] of await readAll(store, STORED_PREDICTIONS, storedPrediction, onDamaged)) keep(key, one);
  return {
    of: (activity) => [...(byActivity.get(activity)?.values() ?? [])],
    get: (line, activity, sha256) => byActivity.get(activity)?.get(predictedKey(line, activity, sha256)),
    put(prediction) {
      const key = predictedKey(prediction.line, prediction.activity, prediction.sha256);
      keep(key, prediction);
      return { changes: [{ put: key, value: stored(prediction) }] };
    },
  };
}
