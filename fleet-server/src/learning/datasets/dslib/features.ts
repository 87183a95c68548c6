import { DAY_MS } from '../values/parse-date.ts';
import type { Feature, FeatureValue } from '@plumbline/shared/manifest';
import type { Plan } from './plan.ts';
import type { Status } from './status.ts';

type Measure = (status: Status, plan: Plan, projectGap: number) => FeatureValue;

/** Everything is measured against the baseline, so that a project of hours and one of years can be compared. */
const NUMBERS: Record<string, { unit?: string; of: Measure }> = {
  planned_fraction: { of: (status) => status.plannedFraction },
  complete_fraction: { of: (status) => status.completeFraction },
  /** Behind plan when positive. */
  progress_gap: { of: (status) => status.plannedFraction - status.completeFraction },
  /** The same over all activities of the project on that date: late neighbours are the best warning. */
  project_gap: { of: (_status, _plan, projectGap) => projectGap },
  /** Calendar time since the baseline start, in baseline durations: below 0 not due to start, above 1 overdue. */
  elapsed_ratio: { of: (status) => elapsedRatio(status) },
  remaining_ratio: { of: (status) => ratio(status.remainingHours, status.baselineHours) },
  started: { of: (status) => (status.started ? 1 : 0) },
  start_delay_ratio: { of: (status) => ratio(status.startDelayHours, status.baselineHours) },
  start_delay_days: { unit: 'working d', of: (status, plan) => ratio(status.startDelayHours, plan.hoursPerDay) },
  baseline_days: { unit: 'working d', of: (status, plan) => ratio(status.baselineHours, plan.hoursPerDay) },
  /** Calendar days from the status date to the baseline finish; negative when overdue. */
  days_to_finish: { unit: 'd', of: (status) => (status.baselineFinishAt - status.statusAt) / DAY_MS },
  /** Where in the project the activity was planned to start, 0–1. */
  position: { of: (_status, plan) => ratio(plan.startOffsetHours, plan.projectHours) },
  n_pred: { of: (_status, plan) => plan.predecessors },
  n_succ: { of: (_status, plan) => plan.successors },
  n_resources: { of: (_status, plan) => plan.resources },
};

export const FEATURES: Feature[] = [
  { name: 'sector', type: 'category', missing: 'accept', from: { column: 'sector' } },
  ...Object.entries(NUMBERS).map(([name, { unit }]): Feature => ({
    name,
    type: 'number',
    ...(unit === undefined ? {} : { unit }),
    missing: 'accept',
    from: { column: name },
  })),
];

export function valuesOf(status: Status, plan: Plan, projectGap: number): Record<string, FeatureValue> {
  const numbers = Object.entries(NUMBERS).map(([name, { of }]) => [name, of(status, plan, projectGap)]);
  return { sector: plan.sector, ...Object.fromEntries(numbers) };
}

/** An activity of an hour a year away is 9 000 durations away; beyond this many it only reads "long". */
const ELAPSED_LIMIT = 10;

function elapsedRatio({ statusAt, baselineStartAt, baselineFinishAt }: Status): number | null {
  const elapsed = ratio(statusAt - baselineStartAt, baselineFinishAt - baselineStartAt);
  return elapsed === null ? null : Math.max(-ELAPSED_LIMIT, Math.min(ELAPSED_LIMIT, elapsed));
}

/** null where a milestone has no duration or the plan is silent. */
function ratio(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : part / whole;
}
