import { EFFECT, LEAD_TIME_FACTOR } from './calibration.ts';
import { lostDayChance, TRADES } from './assumptions.ts';
import type { Draw } from './draw.ts';
import type { PlannedActivity } from './network.ts';
import type { Subcontractor } from './subcontractors.ts';

/** All that decides how long an activity really takes, as it stands on the day it starts. */
export interface Conditions {
  activity: PlannedActivity;
  region: string;
  month: number;
  subcontractor: Subcontractor;
  /** People on site for it. */
  crewSize: number;
  /** Activities of the same trade under way on the site, this one included. */
  crewLoad: number;
  /** Share of its predecessors that ended late, 0–1. */
  latePredecessors: number;
  /** What the supplier promised, and how long before the start the order went out; calendar days. */
  leadDays: number;
  orderedDaysAhead: number;
  afterShift: boolean;
}

/** Actual duration in working days. */
export function perform(conditions: Conditions, draw: Draw): number {
  const { activity, crewSize, crewLoad, latePredecessors, subcontractor } = conditions;
  const trade = TRADES[activity.trade];
  const short = Math.max(0, 1 - crewSize / trade.crew);
  const logarithm =
    EFFECT.bias +
    trade.bias +
    subcontractor.slowness +
    (conditions.afterShift ? EFFECT.allowanceAfterShift : 0) +
    EFFECT.crewLoad * Math.min(4, crewLoad - 1) +
    EFFECT.crewShort * short +
    EFFECT.latePredecessors * latePredecessors +
    EFFECT.float * Math.min(1, activity.totalFloat / 40) +
    EFFECT.noise * draw.normal();
  const work = activity.days * Math.exp(logarithm);
  return Math.max(1, Math.round(work + weatherDays(conditions, work, draw) + materialDays(conditions, draw)));
}

function weatherDays({ activity, region, month }: Conditions, work: number, draw: Draw): number {
  if (!TRADES[activity.trade].exposed) return 0;
  // Planners allow a tenth for weather all year round.
  const chance = lostDayChance(region, month) - 0.1;
  return work * chance * draw.uniform(0.6, 1.4);
}

/** Work cannot end before its material is there; most of it can be done without. */
function materialDays({ leadDays, orderedDaysAhead, afterShift }: Conditions, draw: Draw): number {
  if (leadDays === 0) return 0;
  const promised = afterShift ? LEAD_TIME_FACTOR.real / LEAD_TIME_FACTOR.quoted : 1;
  const arrivesAfter = leadDays * promised * Math.exp(0.15 * draw.normal()) - orderedDaysAhead;
  const workingDays = (arrivesAfter * 5) / 7;
  return Math.min(EFFECT.materialLimit, Math.max(0, workingDays * EFFECT.materialShare));
}
