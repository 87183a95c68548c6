import type { PlanNetwork } from './plan-network.ts';

/** One possible delay in working days and how probable it is; what is missing to 1 is "no delay". */
export interface DelayShare {
  delayDays: number;
  probability: number;
}

/** What a prediction would move, in days: the number that activities are ranked by. */
export interface ExpectedEffect {
  workingDays: number;
  calendarDays: number;
  /** Unweighted, milestone by milestone, the largest first. */
  milestones: { milestone: string; name?: string; workingDays: number; calendarDays: number }[];
}

/** Where a plan says nothing: a working week. */
export const DEFAULT_TYPICAL_DELAY_DAYS = 5;
const STEPS = 32;

/**
 * Delays of an activity that is late with this probability: exponential with the typical delay as its mean, as equally
 * probable steps. Small delays are the rule, long ones happen.
 */
export function delayDistribution(probability: number, typicalDelayDays = DEFAULT_TYPICAL_DELAY_DAYS): DelayShare[] {
  return Array.from({ length: STEPS }, (_, step) => ({
    delayDays: -typicalDelayDays * Math.log(1 - (step + 0.5) / STEPS),
    probability: probability / STEPS,
  }));
}

/** Expected effect on milestones: Σ over delays of what exceeds the float towards each, by its weight. Pure. */
export function expectedEffect(delays: readonly DelayShare[], network: PlanNetwork): ExpectedEffect {
  let working = 0;
  let calendar = 0;
  const milestones: ExpectedEffect['milestones'] = [];
  for (const { milestone, name, weight = 1, workingDays, calendarDays } of network.milestones) {
    let effect = 0;
    for (const { delayDays, probability } of delays) effect += probability * Math.max(0, delayDays - workingDays);
    const ratio = network.calendarDaysPerWorkingDay ?? ratioOf({ workingDays, calendarDays }) ?? 1;
    working += weight * effect;
    calendar += weight * effect * ratio;
    const named = name === undefined ? { milestone } : { milestone, name };
    milestones.push({ ...named, workingDays: effect, calendarDays: effect * ratio });
  }
  milestones.sort((a, b) => b.workingDays - a.workingDays);
  return { workingDays: working, calendarDays: calendar, milestones };
}

function ratioOf({ workingDays, calendarDays }: { workingDays: number; calendarDays: number }): number | undefined {
  return workingDays > 0 && calendarDays > 0 ? calendarDays / workingDays : undefined;
}

/**
 * By expected effect, the largest first; equal ones by probability. What has no effect calculated keeps its order
 * behind them.
 */
export function rankByEffect<Item extends { effectDays: number | undefined; probability: number }>(
  items: readonly Item[],
): Item[] {
  const ranked = items.filter(({ effectDays }) => effectDays !== undefined);
  const rest = items.filter(({ effectDays }) => effectDays === undefined);
  return [...ranked.toSorted((a, b) => b.effectDays! - a.effectDays! || b.probability - a.probability), ...rest];
}
