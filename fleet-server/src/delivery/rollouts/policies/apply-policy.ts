import type { ReadDb } from '../../../platform/db/index.ts';
import type { WrittenPlan } from '../plan/rollout-plan.ts';
import type { WrittenPolicy } from './policy.ts';
import { getPolicy } from './read.ts';

/** A plan before its policy: it need not say what the policy says. */
export type UnresolvedPlan = Omit<WrittenPlan, 'stages'> & { stages?: WrittenPlan['stages'] };

/**
 * The plan with what its policy says where it says nothing itself: gates gate by gate, settings one by one, stages,
 * window and failure policy as a whole. Freezes add up: whoever wrote the company's holidays into a policy means them.
 * Pure; neither argument is changed.
 */
export function applyPolicy(written: UnresolvedPlan, policy: WrittenPolicy): UnresolvedPlan {
  const { description: _, gates, settings, freezes, ...whole } = policy;
  const allFreezes = [...(freezes ?? []), ...(written.freezes ?? [])];
  const merged = {
    ...whole,
    ...said(written),
    ...((gates || written.gates) && { gates: { ...gates, ...said(written.gates ?? {}) } }),
    ...((settings || written.settings) && { settings: { ...settings, ...said(written.settings ?? {}) } }),
    ...(allFreezes.length > 0 && { freezes: allFreezes }),
  };
  return merged as UnresolvedPlan;
}

/** A key that is there with nothing in it says nothing. */
function said(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/**
 * A plan as it was written, made whole by the policy it names, ready for the schema of a plan: what is wrong with it
 * otherwise is for that schema to say.
 * @throws PolicyError `policy_unknown`
 */
export async function resolvePolicy(db: ReadDb, written: unknown): Promise<WrittenPlan> {
  if (isUnresolvedPlan(written)) {
    const { spec } = await getPolicy(db, written.policy);
    return applyPolicy(written, spec) as WrittenPlan;
  }
  return written as WrittenPlan;
}

/** Far enough to be merged: the schema looks at the result. */
function isUnresolvedPlan(value: unknown): value is UnresolvedPlan & { policy: string } {
  if (!isObject(value) || typeof value['policy'] !== 'string') return false;
  const { gates, settings, freezes } = value;
  return isPlain(gates) && isPlain(settings) && (freezes === undefined || Array.isArray(freezes));
}

function isPlain(value: unknown): boolean {
  return value === undefined || isObject(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
