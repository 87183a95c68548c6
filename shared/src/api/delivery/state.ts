import { z } from 'zod';
import { ms } from '../units.ts';

export const rolloutStatus = z.enum([
  'running',
  'stopped',
  'paused',
  'awaiting-approval',
  'completed',
  'draft',
  'reverted',
]);

export const stageStatus = z.enum(['running', 'failed', 'pending', 'soaking', 'passed', 'held']);

export const rolloutState = z
  .object({
    status: rolloutStatus,
    stage: z.number(),
    stageStatus,
    openedAt: ms.describe('When the stage opened; ms.'),
    since: z.number().describe('When it came to be as it is: opened, began its soak, was held; ms.'),
    asks: z.boolean().describe('It cannot decide by itself and has asked a person.'),
    accepted: z.object({
      latency: z.number().optional(),
      errors: z.number().optional(),
      fairness: z.number().optional(),
      quality: z.number().optional(),
      proven: z.number().optional(),
      agreement: z.number().optional(),
      failures: z.number().optional(),
      memory: z.number().optional(),
      shift: z.number().optional(),
      drift: z.number().optional(),
    }),
    reason: z.string(),
  })
  .meta({
    id: 'RolloutState',
    description: 'Where a rollout stands. `stage` counts from 0; before the first opens it is -1.',
  });
