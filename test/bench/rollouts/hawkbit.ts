import { drawStage } from '../../../fleet-server/src/delivery/rollouts/plan/draw.ts';
import type { RolloutPlan } from '../../../fleet-server/src/delivery/rollouts/index.ts';
import type { DrawnDevice } from './outcome-model.ts';

/** Eclipse hawkBit: both shares are of all targets of the group, whether they were ever heard from or not. */
export const HAWKBIT = { errorShare: 0.2, successShare: 0.8 };

export interface HawkbitPlayed {
  verdict: 'completed' | 'stopped' | 'stuck';
  /** Devices of the groups that started: their actions stay when a rollout is paused. */
  exposed: number;
}

/**
 * The same fleet and the same groups under hawkBit's rule: a group starts when enough of the one before has finished, and
 * the rollout pauses when too many of a group have failed.
 */
export function playHawkbit(plan: RolloutPlan, devices: readonly DrawnDevice[], untilMs: number): HawkbitPlayed {
  const byId = new Map(devices.map((one) => [one.id, one]));
  const taken = new Set<string>();
  let startsAt = 0;
  for (const { size } of plan.stages) {
    const group = drawStage({ size, selected: [...byId.keys()], taken, unfit: new Set(), seed: plan.seed });
    for (const id of group) taken.add(id);
    const decided = group
      .flatMap((id) => byId.get(id) ?? [])
      .map(({ fails, awayUntil, contactMs, decideMs }) => ({
        fails,
        at: Math.max(startsAt, awayUntil) + contactMs + decideMs,
      }))
      .filter(({ at }) => at <= untilMs)
      .toSorted((a, b) => a.at - b.at);
    let [failed, finished] = [0, 0];
    let passedAt = Infinity;
    for (const { fails, at } of decided) {
      if (fails) failed += 1;
      else finished += 1;
      if (fails && failed / group.length >= HAWKBIT.errorShare) return { verdict: 'stopped', exposed: taken.size };
      if (finished / group.length < HAWKBIT.successShare) continue;
      passedAt = at;
      break;
    }
    if (passedAt === Infinity) return { verdict: 'stuck', exposed: taken.size };
    startsAt = passedAt;
  }
  return { verdict: 'completed', exposed: taken.size };
}
