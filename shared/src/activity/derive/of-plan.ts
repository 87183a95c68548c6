import type { Plan } from '../site-log.ts';
import type { Derivation } from './derivation.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const WORK_DAYS = 5;
const FAR: readonly [number, number] = [-10_000, 10_000];
const LONG: readonly [number, number] = [0, 10_000];
const NO_PLAN = 'when no plan of the activity was known';

/** From the plans of the activity that were known at the moment of the prediction. */
export const OF_PLAN: Readonly<Record<string, Derivation>> = {
  'planned-days@1': days('Days from the planned start to the day the outcome falls due.', LONG, daysOf),
  'planned-working-days@1': days(
    'Mondays to Fridays (UTC) from the planned start until before the due date; holidays are not known.',
    LONG,
    (plan) => weekdaysBetween(plan.startAt, plan.dueAt),
  ),
  'days-since-start@1': days(
    'Days since the planned start; negative before it.',
    FAR,
    (plan, at) => (at - plan.startAt) / DAY_MS,
  ),
  'days-to-due@1': days(
    'Days until the outcome falls due by the plan; negative after it.',
    FAR,
    (plan, at) => (plan.dueAt - at) / DAY_MS,
  ),
  'elapsed-share@1': {
    range: [-10, 10],
    needs: 'plan',
    about: 'Part of the planned time that has passed, 1 on the due date.',
    missing: `${NO_PLAN}, or it takes no time`,
    derive: ({ own, record }) => {
      if (own?.plan === undefined || daysOf(own.plan) <= 0) return null;
      return (record.asOf - own.plan.startAt) / (own.plan.dueAt - own.plan.startAt);
    },
  },
  'due-month@1': {
    range: [1, 12],
    seasonal: true,
    needs: 'plan',
    about: 'Month in which the outcome falls due by the plan, 1 = January, in UTC.',
    missing: NO_PLAN,
    derive: ({ own }) => (own?.plan === undefined ? null : new Date(own.plan.dueAt).getUTCMonth() + 1),
  },
  'replans-so-far@1': {
    range: [0, 1000],
    needs: 'plan',
    about: 'How often the activity was planned again after its first plan.',
    missing: NO_PLAN,
    derive: ({ own }) => (own?.plan === undefined ? null : own.plans - 1),
  },
  'days-slipped-in-plans@1': {
    unit: 'd',
    range: FAR,
    needs: 'plan',
    about:
      'Days by which the due date of the plan in force is later than that of the first plan; negative when earlier.',
    missing: NO_PLAN,
    derive: ({ own }) =>
      own?.plan === undefined || own.firstPlan === undefined ? null : (own.plan.dueAt - own.firstPlan.dueAt) / DAY_MS,
  },
};

function days(about: string, range: Derivation['range'], of: (plan: Plan, at: number) => number): Derivation {
  return {
    unit: 'd',
    range,
    needs: 'plan',
    about,
    missing: NO_PLAN,
    derive: ({ own, record }) => (own?.plan === undefined ? null : of(own.plan, record.asOf)),
  };
}

function daysOf({ startAt, dueAt }: Plan): number {
  return (dueAt - startAt) / DAY_MS;
}

function weekdaysBetween(from: number, to: number): number {
  return Math.max(0, weekdaysBefore(to) - weekdaysBefore(from));
}

/** Mondays to Fridays since a Monday long ago, up to before the day of `at`. */
function weekdaysBefore(at: number): number {
  // 1 January 1970 was a Thursday, three days after a Monday.
  const day = Math.floor(at / DAY_MS) + 3;
  const week = Math.floor(day / WEEK_DAYS);
  return week * WORK_DAYS + Math.min(WORK_DAYS, day - week * WEEK_DAYS);
}
