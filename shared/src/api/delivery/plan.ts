import { z } from 'zod';
import { deviceSettings } from '../../trust/assignment/documents.ts';
import { gates, stageGates } from './gates.ts';
import { APPROVAL, days, DEADLINE, OWN_GATES, SOAK, stageFields } from './stage.ts';

export const rolloutPlan = z
  .object({
    line: z.string(),
    version: z.string(),
    stages: z.array(
      z.object({
        ...stageFields,
        soak: z.number().describe(SOAK),
        deadline: z.number().describe(DEADLINE),
        approval: z.enum(['none', 'required']).describe(APPROVAL),
        gates: stageGates.optional().describe(OWN_GATES),
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
        days,
        from: z.string(),
        until: z.string(),
      })
      .optional(),
    settings: deviceSettings.optional(),
  })
  .meta({ id: 'RolloutPlan' });
