import { z } from 'zod';

/** A whole tensor may stand in one value, as JSON. */
const MAX_TEXT = 2_000_000;

/** What a prediction is asked about: the values of one activity as they were known at `asOf` (ms since epoch). */
export const activityRecord = z.strictObject({
  activity: z.string().min(1).max(256).optional(),
  values: z.record(z.string().max(128), z.union([z.number(), z.string().max(MAX_TEXT), z.null()])),
  asOf: z.number().int(),
});

export type ActivityRecord = z.infer<typeof activityRecord>;
