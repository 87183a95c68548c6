import type { Database } from '../../../platform/db/index.ts';
import type { ArtifactStore, ModelLab } from '../../../platform/ports/index.ts';
import { ScoringError } from '../errors.ts';
import type { ModelReference } from '../model/reference.ts';
import { builderKeys, resolveBundle } from '../model/resolve-model.ts';
import { openSealed } from '../model/open-bundle.ts';
import { createScorer, type Scorer } from '../score/scorer.ts';

/** Models that are kept ready to answer: each in a trial process of its own, which gives its memory back when it waits. */
export interface ScorerPool {
  /**
   * Work with the model that a reference means now.
   * @throws ScoringError `scoring_busy` when too many wait already; as `resolveModel`
   */
  use<Answer>(reference: ModelReference, work: (scorer: Scorer) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

export interface PoolDeps {
  database: Database;
  artifacts: ArtifactStore;
  lab: ModelLab;
}

const MAX_MODELS = 4;
/** Calls for one model that wait for each other; of a thousand records each they are answered within seconds. */
const MAX_CALLS = 8;

interface Kept {
  scorer: Promise<Scorer>;
  calls: number;
}

export function createScorerPool(
  { database, artifacts, lab }: PoolDeps,
  { maxModels = MAX_MODELS, maxCalls = MAX_CALLS } = {},
): ScorerPool {
  /** By hash of the bundle, the one that was asked last at the end. */
  const kept = new Map<string, Kept>();

  const open = async (sha256: string): Promise<Scorer> =>
    createScorer(lab, await openSealed(await artifacts.get(sha256), await builderKeys(database.db)));

  const take = (sha256: string): Kept => {
    const one = kept.get(sha256) ?? { scorer: open(sha256), calls: 0 };
    if (one.calls >= maxCalls) {
      throw new ScoringError('scoring_busy', `${one.calls} calls wait for this model`, {
        kind: 'unavailable',
        field: 'model',
        expected: 'the same question again in a second',
      });
    }
    kept.delete(sha256);
    kept.set(sha256, one);
    return one;
  };
  const forget = async (sha256: string, one: Kept) => {
    kept.delete(sha256);
    const scorer = await one.scorer.catch(() => undefined);
    await scorer?.close();
  };
  const letGo = async () => {
    for (const [sha256, one] of kept) {
      if (kept.size <= maxModels) return;
      if (one.calls === 0) await forget(sha256, one);
    }
  };

  return {
    async use(reference, work) {
      const { sha256 } = await resolveBundle(database.db, reference);
      const one = take(sha256);
      one.calls += 1;
      try {
        return await work(await one.scorer);
      } finally {
        one.calls -= 1;
        // A bundle that could not be opened is tried again by the next call.
        if (
          await one.scorer.then(
            () => false,
            () => true,
          )
        )
          kept.delete(sha256);
        await letGo();
      }
    },
    async close() {
      await Promise.all([...kept].map(([sha256, one]) => forget(sha256, one)));
    },
  };
}
