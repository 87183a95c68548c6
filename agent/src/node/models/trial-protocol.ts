import { z } from 'zod';

/** What the trial process may say. It ran a model nobody trusts, so its words pass a schema. */
export const trialReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('scored'),
    scores: z.array(z.number()),
    loadMs: z.number().nonnegative(),
    runMs: z.number().nonnegative(),
    peakMb: z.number().nonnegative(),
  }),
  z.strictObject({ type: z.literal('failed'), detail: z.string() }),
]);

export type TrialReply = z.infer<typeof trialReply>;

export const MAX_DETAIL = 500;
