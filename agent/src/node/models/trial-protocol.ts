import { z } from 'zod';

/** What the trial process answers when a job ended well. */
export const trialReply = z.strictObject({
  type: z.literal('scored'),
  scores: z.array(z.number()),
  loadMs: z.number().nonnegative(),
  runMs: z.number().nonnegative(),
  peakMb: z.number().nonnegative(),
});

export type TrialReply = z.infer<typeof trialReply>;
