import { z } from 'zod';
import { deviceSettings } from '../../trust/assignment/documents.ts';
import { ms } from '../units.ts';

export const gatesWritten = z
  .object({
    errors: z
      .object({
        atMost: z.number(),
        ofDevices: z.number().optional(),
      })
      .optional()
      .describe('Questions that got no answer, as a share of those asked of a device; from 50 questions on.'),
    latency: z
      .object({
        atMost: z.number(),
        ofDevices: z.number().optional(),
      })
      .optional()
      .describe('Time per record, p95, of the candidate / of the model in force on the same device.'),
    memory: z
      .object({
        atMost: z.number(),
        ofDevices: z.number().optional(),
      })
      .optional(),
    agreement: z
      .object({
        atLeast: z.number(),
        ofDevices: z.number().optional(),
      })
      .optional()
      .describe('Share of a device’s own records on which candidate and model in force agree; from 20 records on.'),
    shift: z
      .object({
        atMost: z.number(),
        ofDevices: z.number().optional(),
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
        minimum: z.number().optional(),
      })
      .optional()
      .describe(
        'Brier score on matured outcomes, candidate minus champion; of a line that answers values their mean absolute error, so that `worseBy` is in their unit. Judged from so many outcomes of each on.',
      ),
    fairness: z
      .object({
        worseBy: z.number(),
        minimum: z.number().optional(),
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
  .meta({ id: 'GatesWritten' });

export const rolloutPolicyView = z
  .object({
    name: z.string(),
    spec: z.object({
      description: z.string().optional(),
      gates: gatesWritten.optional(),
      stages: z
        .array(
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
            group: z
              .string()
              .optional()
              .describe('A group by its name, or a selector over the inventory; neither means every device.'),
            selector: z.string().optional(),
            soak: z
              .union([z.string(), z.number()])
              .optional()
              .describe('How long every gate must go on passing before the next stage opens.'),
            deadline: z
              .union([z.string(), z.number()])
              .optional()
              .describe('An inconclusive stage asks a person after that.'),
            approval: z.enum(['none', 'required']).optional().describe('A person other than the author opens it.'),
            perHour: z.number().optional().describe('Devices that are given the release in an hour at most.'),
            underWay: z.number().optional().describe('Devices that have been given it and have not decided, at most.'),
            gates: gatesWritten.optional().describe('Gates that differ from those of the rollout, one by one.'),
          }),
        )
        .optional(),
      window: z
        .object({
          from: z.string(),
          until: z.string(),
          days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).optional(),
        })
        .optional(),
      freezes: z
        .array(
          z.object({
            from: z.string(),
            until: z.string(),
            reason: z.string().optional(),
          }),
        )
        .optional(),
      onFailure: z.enum(['pause', 'revert']).optional(),
      settings: deviceSettings.optional(),
    }),
    isBuiltIn: z.boolean().describe('It came with the program and stays as it is.'),
    revision: z.number().describe('0: built in.'),
    updatedAt: ms.nullable().describe('ms; null: built in.'),
    updatedBy: z.string().nullable(),
  })
  .meta({ id: 'RolloutPolicy' });
