import { z } from 'zod';

/** What the trial process may say. It ran a model nobody trusts, so its words pass a schema. */
export const trialReply = z.discriminatedUnion('type', [
  /** `dataMb`: what Node and the runtime have allocated before any model, in 2^20 bytes. */
  z.strictObject({ type: z.literal('ready'), dataMb: z.number().positive() }),
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
