import { z } from 'zod';
import { ms } from '../units.ts';

export const pipelineSpec = z
  .object({
    steps: z.array(
      z.object({
        uses: z.string(),
        with: z.record(z.string(), z.unknown()),
        name: z.string(),
        needs: z.array(z.string()),
        retries: z.number(),
        backoff: z.number(),
        timeout: z.number().optional(),
        when: z.string().optional(),
      }),
    ),
    description: z.string(),
    parameters: z.record(
      z.string(),
      z.object({
        type: z.enum(['string', 'number', 'boolean', 'integer']),
        default: z.union([z.boolean(), z.string(), z.number()]).optional(),
        oneOf: z.array(z.union([z.boolean(), z.string(), z.number()])).optional(),
        description: z.string().optional(),
      }),
    ),
    on: z.array(
      z.object({
        set: z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])),
        cron: z.string().optional(),
        zone: z.string().optional(),
        dataset: z.string().optional(),
        drift: z.string().optional(),
        alert: z.string().optional(),
        webhook: z.literal(true).optional(),
      }),
    ),
  })
  .meta({ id: 'PipelineSpec' });

export const pipelineView = z
  .object({
    name: z.string(),
    spec: pipelineSpec,
    state: z.enum(['active', 'paused']),
    nextAt: ms.nullable(),
    timedFrom: ms,
    hasSecret: z.boolean().describe('Whether something outside may start it.'),
    revision: z.number(),
    createdBy: z.string(),
    createdAt: ms,
    updatedAt: ms,
  })
  .meta({ id: 'Pipeline' });

export const pipelineCause = z
  .object({
    kind: z.enum(['drift', 'webhook', 'dataset', 'cron', 'alert', 'operator']),
    sentence: z.string(),
  })
  .describe('What started a run. `sentence` is for people.');

export const pipelineRunView = z
  .object({
    id: z.string(),
    pipeline: z.string(),
    spec: pipelineSpec,
    parameters: z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])),
    cause: pipelineCause,
    gitCommit: z.string().nullable(),
    noCache: z.boolean(),
    state: z.enum(['running', 'waiting', 'failed', 'queued', 'succeeded', 'cancelled']),
    note: z.string(),
    actor: z.string(),
    createdAt: ms,
    startedAt: ms.nullable(),
    endedAt: ms.nullable(),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'PipelineRun' });

export const requestedRunView = z
  .union([
    z.object({
      run: pipelineRunView,
    }),
    z.object({
      dropped: z.string(),
    }),
  ])
  .describe('A run that begins at the next look, or why there is none.');

export const stepValues = z
  .record(z.string(), z.union([z.boolean(), z.string(), z.number()]).nullable())
  .describe('Null: a figure that could not be computed.');

export const stepError = z
  .object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
  })
  .meta({ id: 'StepError' });

export const stepAttempt = z
  .object({
    step: z.string(),
    attempt: z.number(),
    state: z.enum(['running', 'waiting', 'failed', 'succeeded', 'cancelled', 'cached', 'skipped', 'interrupted']),
    key: z.string().nullable(),
    outputs: stepValues.describe('Of a step that waits: what for.'),
    says: z.string(),
    startedAt: ms,
    endedAt: ms.nullable(),
    retryAt: ms.nullable(),
    fromRun: z.string().nullable(),
    error: stepError.nullable(),
  })
  .meta({ id: 'StepAttempt', description: 'One attempt.' });

export const pipelinePutView = z
  .object({
    warnings: z.array(z.string()),
    pipeline: pipelineView,
    action: z.enum(['create', 'change', 'unchanged']),
    secret: z
      .string()
      .optional()
      .describe('`whsec_…` by which calls from outside are signed; shown when it is made, and not again.'),
  })
  .meta({ id: 'PipelinePut' });

export const pipelineSummaryView = pipelineView
  .extend({
    last: pipelineRunView.optional(),
  })
  .meta({ id: 'PipelineSummary' });

export const pipelineDetailsView = pipelineView
  .extend({
    runs: z.array(pipelineRunView),
  })
  .meta({ id: 'PipelineDetails' });

export const pipelineRunDetailsView = z
  .object({
    run: pipelineRunView,
    attempts: z.array(stepAttempt),
  })
  .meta({ id: 'PipelineRunDetails' });

export const pipelineLogLineView = z
  .object({
    seq: z.number(),
    step: z.string(),
    at: ms,
    line: z.string(),
  })
  .meta({ id: 'PipelineLogLine' });

export const triggeredRunView = z
  .union([z.object({ run: z.string(), state: z.string() }), z.object({ dropped: z.string() })])
  .describe('The run that a call from outside began, or why there is none.');
