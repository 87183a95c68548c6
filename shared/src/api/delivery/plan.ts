import { z } from 'zod';
import { deviceSettings } from '../../trust/assignment/documents.ts';

export const stageGates = z
  .object({
    errors: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Questions that got no answer, as a share of those asked of a device; from 50 questions on.'),
    latency: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Time per record, p95, of the candidate / of the model in force on the same device.'),
    memory: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional(),
    agreement: z
      .object({
        atLeast: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Share of a device’s own records on which candidate and model in force agree; from 20 records on.'),
    shift: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe(
        'Change of the mean score on a device’s own records, up or down, in the unit of the score (days); from 20 records on.',
      ),
    drift: z
      .object({
        atMost: z.number(),
      })
      .optional()
      .describe('Drift alarms over the candidate’s own windows.'),
    quality: z
      .object({
        worseBy: z.number(),
        minimum: z.number(),
      })
      .optional()
      .describe(
        'Brier score on matured outcomes, candidate minus champion; of a line that answers values their mean absolute error, so that `worseBy` is in their unit. Judged from so many outcomes of each on.',
      ),
    fairness: z
      .object({
        worseBy: z.number(),
        minimum: z.number(),
      })
      .optional()
      .describe('The same within every slice that has so many outcomes of each.'),
    confidence: z.number().optional(),
    minimum: z.number().optional(),
    proven: z
      .object({
        atLeast: z.number(),
      })
      .optional(),
    failures: z
      .object({
        atMost: z.number(),
        sureBelow: z.number().optional(),
      })
      .optional(),
  })
  .meta({ id: 'StageGates' });

export const gates = z
  .object({
    confidence: z
      .number()
      .describe(
        'Chance that a rollout of a release within all limits is never stopped, over all gates and every look.',
      ),
    minimum: z
      .number()
      .describe(
        'Devices that must have decided before a stage passes; of a stage that is smaller, all that had a chance, which must be half of it at least. What stops a rollout is its bound, and that needs no minimum.',
      ),
    proven: z
      .object({
        atLeast: z.number(),
      })
      .describe('Share of devices that run the very bytes of their assignment and have proven them.'),
    failures: z
      .object({
        atMost: z.number(),
        sureBelow: z.number().optional(),
      })
      .describe(
        'Share of devices that refused or went back. Stops when it is surely above `atMost`, over all stages that opened; a stage passes when it is surely (95 %) below `sureBelow`, over the same, or, where that is not asked, when its own is not above `atMost`.',
      ),
    errors: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Questions that got no answer, as a share of those asked of a device; from 50 questions on.'),
    latency: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Time per record, p95, of the candidate / of the model in force on the same device.'),
    memory: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional(),
    agreement: z
      .object({
        atLeast: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe('Share of a device’s own records on which candidate and model in force agree; from 20 records on.'),
    shift: z
      .object({
        atMost: z.number(),
        ofDevices: z.number(),
      })
      .optional()
      .describe(
        'Change of the mean score on a device’s own records, up or down, in the unit of the score (days); from 20 records on.',
      ),
    drift: z
      .object({
        atMost: z.number(),
      })
      .optional()
      .describe('Drift alarms over the candidate’s own windows.'),
    quality: z
      .object({
        worseBy: z.number(),
        minimum: z.number(),
      })
      .optional()
      .describe(
        'Brier score on matured outcomes, candidate minus champion; of a line that answers values their mean absolute error, so that `worseBy` is in their unit. Judged from so many outcomes of each on.',
      ),
    fairness: z
      .object({
        worseBy: z.number(),
        minimum: z.number(),
      })
      .optional()
      .describe('The same within every slice that has so many outcomes of each.'),
  })
  .meta({ id: 'Gates' });

export const rolloutPlan = z
  .object({
    line: z.string(),
    version: z.string(),
    stages: z.array(
      z.object({
        name: z.string(),
        size: z
          .union([
            z.object({
              percent: z.number(),
            }),
            z.object({
              count: z.number(),
            }),
          ])
          .describe('Counted over everything that is selected: 10 % and then 100 % add 10 % and then the rest.'),
        soak: z.number().describe('How long every gate must go on passing before the next stage opens.'),
        deadline: z.number().describe('An inconclusive stage asks a person after that.'),
        approval: z.enum(['none', 'required']).describe('A person other than the author opens it.'),
        group: z
          .string()
          .optional()
          .describe('A group by its name, or a selector over the inventory; neither means every device.'),
        selector: z.string().optional(),
        perHour: z.number().optional().describe('Devices that are given the release in an hour at most.'),
        underWay: z.number().optional().describe('Devices that have been given it and have not decided, at most.'),
        gates: stageGates.optional().describe('Gates that differ from those of the rollout, one by one.'),
      }),
    ),
    gates,
    freezes: z.array(
      z.object({
        from: z.string(),
        until: z.string(),
        reason: z.string(),
      }),
    ),
    onFailure: z.enum(['pause', 'revert']),
    priority: z.number().describe('Of two rollouts that want the same device and line, the higher one has it.'),
    seed: z.number().describe('Order in which devices are drawn; the same seed draws the same devices.'),
    policy: z
      .string()
      .optional()
      .describe('Gates, window, freezes and failure policy of this name, where the rollout says nothing itself.'),
    window: z
      .object({
        days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])),
        from: z.string(),
        until: z.string(),
      })
      .optional(),
    settings: deviceSettings.optional(),
  })
  .meta({ id: 'RolloutPlan' });
