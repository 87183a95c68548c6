import { z } from 'zod';
import { deviceSettings } from '../../trust/assignment/documents.ts';
import { ms } from '../units.ts';
import { gatesWritten } from './gates.ts';
import { APPROVAL, days, DEADLINE, OWN_GATES, SOAK, stageFields } from './stage.ts';

export const rolloutPolicyView = z
  .object({
    name: z.string(),
    spec: z.object({
      description: z.string().optional(),
      gates: gatesWritten.optional(),
      stages: z
        .array(
          z.object({
            ...stageFields,
            soak: z.union([z.string(), z.number()]).optional().describe(SOAK),
            deadline: z.union([z.string(), z.number()]).optional().describe(DEADLINE),
            approval: z.enum(['none', 'required']).optional().describe(APPROVAL),
            gates: gatesWritten.optional().describe(OWN_GATES),
          }),
        )
        .optional(),
      window: z
        .object({
          from: z.string(),
          until: z.string(),
          days: days.optional(),
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
