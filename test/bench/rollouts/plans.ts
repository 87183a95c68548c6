import { parsePlan, type RolloutPlan } from '../../../fleet-server/src/delivery/rollouts/index.ts';
import { applyPolicy } from '../../../fleet-server/src/delivery/rollouts/policies/apply-policy.ts';
import { builtIn } from '../../../fleet-server/src/delivery/rollouts/policies/built-in.ts';

const RELEASE = { line: 'delay', version: '1.1.0' };

/** The road that is built in. */
export function standardPlan(seed: number): RolloutPlan {
  return parsePlan(applyPolicy({ ...RELEASE, seed }, builtIn('standard')?.spec ?? { stages: [] }));
}

/**
 * The gates of `standard` over stages that a fleet of 2,000 can pass without a person: each holds enough devices to rule
 * out what it has to when a tenth of them is away and two fail.
 */
export function widePlan(seed: number): RolloutPlan {
  const { stages: _, ...rest } = builtIn('standard')?.spec ?? { stages: [] };
  const stages = [
    { name: 'canary', size: { percent: 5 }, soak: '24h', gates: failures(0.15) },
    { name: 'quarter', size: { percent: 25 }, soak: '24h', gates: failures(0.1) },
    { name: 'everything', size: { percent: 100 }, soak: '24h' },
  ];
  return parsePlan(applyPolicy({ ...RELEASE, stages, seed }, rest));
}

function failures(sureBelow: number) {
  return { failures: { atMost: 0.02, sureBelow } };
}

export const PLANS = { standard: standardPlan, wide: widePlan };
export type PlanName = keyof typeof PLANS;
