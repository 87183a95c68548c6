import { z } from 'zod';

const share = z.number().min(0).max(1);

/** What is wrong with the candidate; nothing by default. Each is built into its bytes or into devices that suffer of it. */
export const candidate = z.strictObject({
  fails: z
    .strictObject({
      share: share.describe('share of devices on which it fails'),
      how: z
        .enum(['golden', 'crash', 'load', 'hang', 'service'])
        .default('golden')
        .describe(
          'golden: other answers than its golden rows; crash, load, hang: in the trial; service: no numbers once it serves',
        ),
    })
    .optional(),
  slow: z
    .strictObject({ factor: z.number().positive().max(1000) })
    .optional()
    .describe('time of a run, against the predecessor'),
  larger: z
    .strictObject({ factor: z.number().positive().max(8) })
    .optional()
    .describe('memory of a run, against the predecessor'),
  shifted: z
    .strictObject({ by: z.number().min(-1).max(1) })
    .optional()
    .describe('added to every score'),
  disagrees: z.strictObject({ share }).optional().describe('share of records on which it decides otherwise'),
  errors: z.strictObject({ rate: share }).optional().describe('share of records it gives no number for'),
  drifts: z
    .strictObject({ by: z.number().min(-3).max(3) })
    .optional()
    .describe('its reference was drawn so many standard deviations beside what devices see'),
  worse: z
    .strictObject({ brier: z.number().min(0).max(0.25) })
    .optional()
    .describe('its scores are scattered so that the Brier score on outcomes grows by this much'),
});

export type CandidateFaults = z.infer<typeof candidate>;
