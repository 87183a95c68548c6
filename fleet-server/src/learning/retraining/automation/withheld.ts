import type { ReadDb } from '../../../platform/db/index.ts';
import { findRetrainPolicy } from '../policy/read.ts';
import { automationStop } from './switch.ts';

/**
 * Why a trigger of a pipeline may not fire now, for people; undefined when it may. What a line's own policy sees to, no
 * pipeline does a second time.
 */
export async function whyWithheld(
  db: ReadDb,
  trigger: { drift?: string | undefined; alert?: string | undefined },
): Promise<string | undefined> {
  if (trigger.drift === undefined && trigger.alert === undefined) return undefined;
  const stop = await automationStop(db);
  if (stop !== undefined) {
    const what = stop.by === 'freeze' ? 'the fleet is frozen' : 'automation is stopped';
    return `${what} by ${stop.actor}: ${stop.reason}`;
  }
  if (trigger.drift === undefined) return undefined;
  const policy = await findRetrainPolicy(db, trigger.drift);
  if (policy === undefined || policy.spec.mode === 'off') return undefined;
  return `${trigger.drift} has a policy of retraining, which sees to its drift`;
}
