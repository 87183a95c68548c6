import { z } from 'zod';

/** A whole tensor may stand in one value, as JSON. */
const MAX_TEXT = 2_000_000;

/** What a prediction is asked about: the values of one activity as they were known at `asOf` (ms since epoch). */
export const activityRecord = z.strictObject({
  activity: z.string().min(1).max(256).optional(),
  values: z.record(z.string().max(128), z.union([z.number(), z.string().max(MAX_TEXT), z.null()])),
  asOf: z.number().int(),
  /**
   * Derived values by `id@version`, or `id@version:column`, as they came out when the record was asked about: what was
   * known then cannot be told from the record alone. Never taken from a caller.
   */
  derived: z.record(z.string().max(256), z.union([z.number(), z.string().max(4096), z.null()])).optional(),
});

export type ActivityRecord = z.infer<typeof activityRecord>;
