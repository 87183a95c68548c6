import { GATE_NAMES, type GateName, type Gates } from '../gates/gates.ts';
import type { RolloutPlan } from './rollout-plan.ts';

/** Gates of one stage: its own where it has them, one by one. */
export function gatesOfStage({ gates, stages }: Pick<RolloutPlan, 'gates' | 'stages'>, index: number): Gates {
  const own = Object.entries(stages[index]?.gates ?? {}).filter(([, gate]) => gate !== undefined);
  return { ...gates, ...Object.fromEntries(own) };
}

/** Gates that any stage asks. */
export function gatesAsked(plan: Pick<RolloutPlan, 'gates' | 'stages'>): ReadonlySet<GateName> {
  const asked = plan.stages.map((_, index) => gatesOfStage(plan, index));
  return new Set(GATE_NAMES.filter((name) => asked.some((gates) => gates[name] !== undefined)));
}
