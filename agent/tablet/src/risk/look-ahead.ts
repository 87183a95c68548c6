import { isDone, type ShownActivity } from './shown.ts';

export interface Week {
  /** Midnight of its first day, in the zone of the device. */
  from: number;
  to: number;
  activities: ShownActivity[];
}

const WEEKS = 3;
const WEEK_DAYS = 7;

/**
 * What is worked on in this week and the two after it: from planned start to due date; what should be done already counts
 * for this week. Within a week in the order given, which is by what it would move.
 * @param firstDay of a week, 1 = Monday … 7 = Sunday
 */
export function lookAhead(activities: readonly ShownActivity[], now: number, firstDay: number): Week[] {
  const open = activities.filter(({ activity }) => !isDone(activity) && activity.plan !== undefined);
  return Array.from({ length: WEEKS }, (_, week): Week => {
    const from = startOfWeek(now, firstDay, week);
    const to = startOfWeek(now, firstDay, week + 1);
    const own = open.filter(({ activity: { plan } }) => {
      if (plan === undefined || plan.startAt >= to) return false;
      return plan.dueAt >= from || week === 0;
    });
    return { from, to, activities: own };
  });
}

/** By the calendar and not by hours: a week in which the clocks change is no week of 168 hours. */
function startOfWeek(now: number, firstDay: number, weeksAhead: number): number {
  const day = new Date(now);
  const since = (((day.getDay() + WEEK_DAYS - firstDay) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS;
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - since + weeksAhead * WEEK_DAYS).getTime();
}
