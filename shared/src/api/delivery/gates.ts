import { z } from 'zod';

/** What may be asked of the figures of devices. @param limit of counts: with a default where a person may leave it out */
function figures<Limit extends z.ZodType>(limit: Limit) {
  return {
    errors: z
      .object({ atMost: z.number(), ofDevices: limit })
      .optional()
      .describe('Questions that got no answer, as a share of those asked of a device; from 50 questions on.'),
    latency: z
      .object({ atMost: z.number(), ofDevices: limit })
      .optional()
      .describe('Time per record, p95, of the candidate / of the model in force on the same device.'),
    memory: z.object({ atMost: z.number(), ofDevices: limit }).optional(),
    agreement: z
      .object({ atLeast: z.number(), ofDevices: limit })
      .optional()
      .describe('Share of a device’s own records on which candidate and model in force agree; from 20 records on.'),
    shift: z
      .object({ atMost: z.number(), ofDevices: limit })
      .optional()
      .describe(
        'Change of the mean score on a device’s own records, up or down, in the unit of the score (days); from 20 records on.',
      ),
    drift: z.object({ atMost: z.number() }).optional().describe('Drift alarms over the candidate’s own windows.'),
    quality: z
      .object({ worseBy: z.number(), minimum: limit })
      .optional()
      .describe(
        'Brier score on matured outcomes, candidate minus champion; of a line that answers values their mean absolute error, so that `worseBy` is in their unit. Judged from so many outcomes of each on.',
      ),
    fairness: z
      .object({ worseBy: z.number(), minimum: limit })
      .optional()
      .describe('The same within every slice that has so many outcomes of each.'),
  };
}

const always = {
  confidence: z
    .number()
    .describe('Chance that a rollout of a release within all limits is never stopped, over all gates and every look.'),
  minimum: z
    .number()
    .describe(
      'Devices that must have decided before a stage passes; of a stage that is smaller, all that had a chance, which must be half of it at least. What stops a rollout is its bound, and that needs no minimum.',
    ),
  proven: z
    .object({ atLeast: z.number() })
    .describe('Share of devices that run the very bytes of their assignment and have proven them.'),
  failures: z
    .object({ atMost: z.number(), sureBelow: z.number().optional() })
    .describe(
      'Share of devices that refused or went back. Stops when it is surely above `atMost`, over all stages that opened; a stage passes when it is surely (95 %) below `sureBelow`, over the same, or, where that is not asked, when its own is not above `atMost`.',
    ),
};
const some = z.object(always).partial().shape;

/** Of a rollout: what is always asked, and what somebody asked for. */
export const gates = z.object({ ...always, ...figures(z.number()) }).meta({ id: 'Gates' });

/** Of one stage, where they differ. */
export const stageGates = z.object({ ...some, ...figures(z.number()) }).meta({ id: 'StageGates' });

/** As a person writes them. */
export const gatesWritten = z.object({ ...some, ...figures(z.number().optional()) }).meta({ id: 'GatesWritten' });
