import { GRACE_WORKING_DAYS } from './calibration.ts';
import type { Calendar } from './calendar.ts';
import type { Performed } from './simulate-site.ts';
import type { Example } from '../../../learning/datasets/index.ts';
import type { Feature, FeatureValue } from '@plumbline/shared/manifest';

const DAY_MS = 86_400_000;

type Measure = (performed: Performed) => FeatureValue;

const CATEGORIES: Record<string, Measure> = {
  phase: ({ conditions }) => conditions.activity.phase,
  trade: ({ conditions }) => conditions.activity.trade,
  project_type: ({ projectType }) => projectType,
  region: ({ conditions }) => conditions.region,
  subcontractor: ({ conditions }) => conditions.subcontractor.name,
};

/** All known on the day the activity starts. */
const NUMBERS: Record<string, { unit?: string; seasonal?: true; of: Measure }> = {
  planned_days: { unit: 'working d', of: ({ conditions }) => conditions.activity.days },
  start_delay_days: { unit: 'working d', of: ({ start, plannedStart }) => start - plannedStart },
  float_days: { unit: 'working d', of: ({ conditions }) => conditions.activity.totalFloat },
  start_month: { seasonal: true, of: ({ conditions }) => conditions.month },
  crew_size: { of: ({ conditions }) => conditions.crewSize },
  crew_load: { of: ({ conditions }) => conditions.crewLoad },
  late_predecessors: { of: ({ conditions }) => conditions.latePredecessors },
  n_pred: { of: ({ conditions }) => conditions.activity.predecessors.length },
  n_succ: { of: ({ conditions }) => conditions.activity.successors.length },
  lead_days: { unit: 'd', of: ({ conditions }) => conditions.leadDays },
  ordered_days_ahead: { unit: 'd', of: ({ conditions }) => conditions.orderedDaysAhead },
};

export const FEATURES: Feature[] = [
  ...Object.keys(CATEGORIES).map((name): Feature => ({
    name,
    type: 'category',
    missing: 'accept',
    from: { column: name },
  })),
  ...Object.entries(NUMBERS).map(([name, { unit, seasonal }]): Feature => ({
    name,
    type: 'number',
    ...(unit === undefined ? {} : { unit }),
    ...(seasonal === undefined ? {} : { seasonal }),
    missing: 'accept',
    from: { column: name },
  })),
];

export function exampleOf(performed: Performed, calendar: Calendar): Example {
  const { site, project, place, start, plannedFinish, finish, late } = performed;
  const numbers = Object.entries(NUMBERS).map(([name, { of }]) => [name, of(performed)]);
  const categories = Object.entries(CATEGORIES).map(([name, of]) => [name, of(performed)]);
  return {
    ref: `${project}/a${String(place + 1).padStart(2, '0')}`,
    site,
    group: project,
    startAt: calendar.timeOf(start),
    dueAt: calendar.timeOf(plannedFinish),
    // On the first working day after the grace it is either finished or late.
    knownAt: calendar.timeOf(plannedFinish + GRACE_WORKING_DAYS + 1),
    label: late ? 1 : 0,
    delayDays: (calendar.timeOf(finish) - calendar.timeOf(plannedFinish)) / DAY_MS,
    values: Object.fromEntries([...categories, ...numbers]),
  };
}
