import { z } from 'zod';
import { ms } from '../units.ts';

export const retrainSpec = z
  .object({
    line: z.string(),
    dataset: z.string(),
    mode: z.enum(['rollout', 'off', 'examine', 'release']),
    on: z.object({
      drift: z
        .object({
          kinds: z.array(z.enum(['score', 'label', 'covariate', 'concept', 'sequence'])),
        })
        .optional(),
      loss: z
        .object({
          estimated: z.boolean(),
          realised: z.boolean(),
        })
        .optional(),
      everyDays: z.number().optional(),
      newLabels: z.number().optional(),
    }),
    coolDownDays: z.number(),
    perYear: z.number(),
    retrainingsPerYear: z.number(),
    minimumLabels: z.number(),
    cohortDays: z.number(),
    windows: z.array(z.enum(['all', 'recent', 'weighted', 'since-change'])),
    recentDays: z.number(),
    halfLifeDays: z.number(),
    minimumGain: z.number(),
    tolerance: z.number(),
    sliceLimit: z.number(),
    search: z.object({
      algorithms: z
        .array(
          z.enum([
            'logistic',
            'linear-regression',
            'linear-svm',
            'knn',
            'kernel-svm',
            'mlp',
            'decision-tree',
            'adaboost',
            'forest',
            'boosting',
          ]),
        )
        .optional(),
      grid: z
        .object({
          logistic: z.array(z.record(z.string(), z.unknown())).optional(),
          'linear-regression': z.array(z.record(z.string(), z.unknown())).optional(),
          'linear-svm': z.array(z.record(z.string(), z.unknown())).optional(),
          knn: z.array(z.record(z.string(), z.unknown())).optional(),
          'kernel-svm': z.array(z.record(z.string(), z.unknown())).optional(),
          mlp: z.array(z.record(z.string(), z.unknown())).optional(),
          'decision-tree': z.array(z.record(z.string(), z.unknown())).optional(),
          adaboost: z.array(z.record(z.string(), z.unknown())).optional(),
          forest: z.array(z.record(z.string(), z.unknown())).optional(),
          boosting: z.array(z.record(z.string(), z.unknown())).optional(),
        })
        .optional(),
      folds: z.number().optional(),
      workers: z.number().optional(),
    }),
    rolloutPolicy: z.string(),
    seed: z.number(),
  })
  .meta({ id: 'RetrainSpec' });

export const retrainPolicyView = z
  .object({
    line: z.string(),
    spec: retrainSpec,
    revision: z.number(),
    updatedAt: ms.describe('ms.'),
    updatedBy: z.string(),
  })
  .meta({ id: 'RetrainPolicy' });

export const retrainTurnState = z
  .enum([
    'failed',
    'stopped',
    'examining',
    'awaiting-approval',
    'rolling-out',
    'kept-champion',
    'gate-refused',
    'completed',
  ])
  .describe('Where a turn stands. The last five are ends.');

export const retrainTurnCause = z.enum(['estimated', 'realised', 'drift', 'labels', 'time', 'person']);

export const retrainTurnView = z
  .object({
    id: z.string(),
    line: z.string(),
    state: retrainTurnState,
    cause: retrainTurnCause,
    sentence: z.string(),
    findings: z.array(z.string()).describe('Ids of the findings that it answers.'),
    policy: retrainSpec,
    champion: z.string(),
    candidate: z.string().nullable(),
    rollout: z.string().nullable(),
    tries: z.number(),
    attempts: z.number(),
    says: z.string(),
    details: z.record(z.string(), z.unknown()).describe('Comparison, data window, dataset.'),
    actor: z.string(),
    openedAt: ms,
    changedAt: ms,
    endedAt: ms.nullable(),
  })
  .meta({ id: 'RetrainTurn', description: 'One turn of the loop. Times in ms.' });

export const automationStopView = z
  .object({
    by: z
      .enum(['switch', 'freeze'])
      .describe('`freeze`: the brake over the whole fleet implies it, and lifting the brake lifts it.'),
    reason: z.string(),
    actor: z.string(),
    at: ms.describe('ms.'),
  })
  .meta({ id: 'AutomationStop', description: 'Nothing begins by itself while this holds.' });

export const retrainPolicyPutView = z
  .object({
    warnings: z.array(z.string()),
    policy: retrainPolicyView,
    action: z.enum(['create', 'change', 'unchanged']),
  })
  .meta({ id: 'RetrainPolicyPut' });
