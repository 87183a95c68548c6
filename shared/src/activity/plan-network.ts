import { z } from 'zod';

/** Floats are named in both: days of work on the activity's calendar, and days that pass. */
const days = { workingDays: z.number(), calendarDays: z.number() };

/** What the network of a schedule says of an activity, so that a prediction can be weighed by what it would move. */
export const planNetwork = z.strictObject({
  totalFloat: z.strictObject(days),
  critical: z.boolean().optional(),
  /** Milestones the activity leads to, with the float towards each. */
  milestones: z
    .array(
      z.strictObject({
        milestone: z.string().min(1).max(256),
        name: z.string().max(256).optional(),
        /** What moving it costs against the others; 1 without. */
        weight: z.number().positive().max(1_000_000).optional(),
        ...days,
      }),
    )
    .max(64),
  /** Activities that must come before it, by the names they have in the site log. */
  predecessors: z.array(z.string().min(1).max(256)).max(64).optional(),
  /** What one day of its work takes in days that pass: 1.4 in a five-day week. */
  calendarDaysPerWorkingDay: z.number().positive().max(1_000).optional(),
  /** Working days it is late by, on average, when it is late. */
  typicalDelayDays: z.number().positive().max(10_000).optional(),
});

export type PlanNetwork = z.infer<typeof planNetwork>;
