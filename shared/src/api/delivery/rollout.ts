import { z } from 'zod';
import { ms } from '../units.ts';
import { rolloutPlan } from './plan.ts';
import { rolloutState } from './state.ts';
import { turnsExplained } from './turns.ts';

export const createdRolloutView = z
  .object({
    id: z.string(),
    revision: z.number(),
    stages: z
      .array(
        z.object({
          name: z.string(),
          selected: z.number(),
          adds: z.number(),
        }),
      )
      .describe('What each stage would find today.'),
    leftOut: z
      .array(
        z.object({
          device: z.string(),
          reason: z.string(),
        }),
      )
      .describe('Devices that no variant of the release fits: they are left out.'),
  })
  .meta({ id: 'CreatedRollout' });

export const rolloutView = z
  .object({
    id: z.string(),
    name: z.string().nullable().describe('Under which a file declares it.'),
    line: z.string(),
    version: z.string(),
    author: z.string(),
    plan: rolloutPlan,
    state: rolloutState,
    revision: z.number(),
    createdAt: ms,
    updatedAt: ms,
  })
  .meta({ id: 'Rollout' });

export const rolloutDecision = z
  .object({
    numbers: z.record(z.string(), z.unknown()),
    id: z.number(),
    rollout: z.string(),
    at: ms,
    stage: z.number(),
    verdict: z.string(),
    sentence: z.string(),
    gate: z.string().nullable().describe('The gate that decided; null where none did.'),
  })
  .meta({ id: 'RolloutDecision' });

export const rolloutDetailsView = rolloutView
  .extend({
    members: z.array(
      z.object({
        device: z.string(),
        outcome: z.string().nullable(),
        assignmentSeq: z.number().nullable(),
        rollout: z.string(),
        stage: z.number(),
        assignedAt: ms.nullable(),
        outcomeAt: ms.nullable(),
        outcomeReason: z.string().nullable(),
        acknowledgedAt: ms.nullable(),
        returnedSeq: z.number().nullable(),
      }),
    ),
    turns: turnsExplained,
    decisions: z.array(rolloutDecision).describe('The first and the newest, at most 200 of them, oldest first.'),
    decisionsLeftOut: z.boolean().describe('There are others between them: see its decisions.'),
  })
  .meta({ id: 'RolloutDetails' });

export const rolloutProgressView = z
  .object({
    id: z.string(),
    state: rolloutState,
    revision: z.number(),
    decisions: z.array(rolloutDecision).describe('Oldest first.'),
    more: z.boolean().describe('Others follow in the direction that was asked for.'),
  })
  .meta({ id: 'RolloutProgress' });

export const orderedRolloutView = rolloutView
  .extend({ retried: z.array(z.string()).optional().describe('Of `retry`: devices that try again.') })
  .meta({ id: 'OrderedRollout' });
