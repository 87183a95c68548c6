import { z } from 'zod';
import { ms } from '../units.ts';
import { stepError } from './pipeline.ts';

export const batchJobView = z
  .object({
    id: z.string(),
    model: z.string(),
    source: z.union([
      z.object({
        kind: z.literal('upload'),
        artifact: z.string(),
        name: z.string().describe('For people.'),
      }),
      z.object({
        kind: z.literal('dataset'),
        dataset: z.string(),
      }),
      z.object({
        kind: z.literal('activities'),
        site: z.string().optional(),
      }),
    ]),
    cron: z.string().optional(),
    zone: z.string(),
    reasons: z.number(),
    keepRuns: z.number(),
    state: z.enum(['active', 'paused', 'done']),
    nextAt: ms.optional(),
    runningFor: z.number().optional().describe('The time for which it runs just now.'),
    revision: z.number(),
    createdBy: z.string(),
    createdAt: ms,
  })
  .meta({ id: 'BatchJob' });

export const batchSummary = z
  .object({
    bad: z.record(z.string(), z.number()).describe('Rows without a score, by code.'),
    labels: z.record(z.string(), z.number()),
    mean: z.number().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    absent: z.array(z.string()).describe('Columns of the model that the rows lack.'),
  })
  .meta({ id: 'BatchSummary', description: 'Figures of the scores of a run.' });

export const batchRun = z
  .object({
    job: z.string(),
    run: z.number(),
    state: z.enum(['failed', 'succeeded']),
    dueAt: ms,
    startedAt: ms,
    finishedAt: ms,
    line: z.string().optional(),
    version: z.string().optional(),
    sha256: z.string().optional().describe('Of the bundle that the reference meant.'),
    rows: z.number(),
    bad: z.number(),
    artifact: z.string().optional(),
    summary: batchSummary.optional(),
    error: stepError.optional(),
  })
  .meta({ id: 'BatchRun' });

export const batchJobDetailsView = batchJobView
  .extend({
    runs: z.array(batchRun),
  })
  .meta({ id: 'BatchJobDetails' });
