import type { ReadDb } from '../../platform/db/index.ts';
import { getModel, ModelError, type VersionSummary } from '../../supply/models/index.ts';
import { getRollout, resolvePlan, type RolloutPlan } from '../rollouts/index.ts';
import { readInventory, type Inventory } from './fleet/inventory.ts';
import { releaseVariant, type ReleasePair, type ReleaseVariant } from './release/variant.ts';

/** What a rehearsal takes from the real fleet: all of it is copied, and nothing finds its way back. */
export interface RehearsalMaterial {
  plan: RolloutPlan;
  inventory: Inventory;
  /** Undefined where the version is not known here: the scenario says how long it travels. */
  release: ReleasePair | undefined;
}

/**
 * @param of a rollout by id or name, or a plan as it is written
 * @throws RolloutError `rollout_unknown`, `rollout_plan_malformed`; PolicyError `policy_unknown`
 */
export async function readMaterial(
  db: ReadDb,
  of: { rollout: string } | { plan: unknown },
  now: number,
): Promise<RehearsalMaterial> {
  const resolved = 'rollout' in of ? (await getRollout(db, of.rollout)).plan : await resolvePlan(db, of.plan);
  // What the policy says stands in the plan by now.
  const { policy: _, ...plan } = resolved;
  return { plan, inventory: await readInventory(db, now), release: await readRelease(db, plan) };
}

async function readRelease(db: ReadDb, { line, version }: RolloutPlan): Promise<ReleasePair | undefined> {
  const candidate = await getModel(db, line, version).catch((error: unknown) => {
    if (error instanceof ModelError) return undefined;
    throw error;
  });
  if (candidate === undefined || candidate.predecessor === null) return undefined;
  const predecessor = await getModel(db, line, candidate.predecessor);
  return {
    line,
    candidate: { version, variants: variantsOf(candidate) },
    predecessor: { version: predecessor.version, variants: variantsOf(predecessor) },
  };
}

function variantsOf({ variants }: VersionSummary): ReleaseVariant[] {
  return variants.map(({ variant, needs, profiles, payloads }) => {
    const { opsets, operators, memoryMb } = needs;
    return releaseVariant.parse({
      variant,
      needs: { opsets, operators, ...(memoryMb !== undefined && { memoryMb }) },
      profiles,
      payloadBytes: Math.min(...payloads.map(({ length }) => length)),
    });
  });
}
