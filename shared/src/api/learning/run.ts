import { z } from 'zod';
import { bytes, ms } from '../units.ts';

export const runKind = z.enum(['train', 'import', 'retrain']);

export const runState = z.enum(['running', 'finished', 'failed', 'stopped']);

export const metricValues = z
  .record(z.string(), z.number().nullable())
  .describe('Figures by name; null where one could not be computed, for instance an AUC over one class.');

export const runMetrics = z
  .object({
    values: metricValues.describe('Over all rows that were scored out of fold, or the mean over folds.'),
    folds: z
      .object({
        key: z.string(),
        rowsTrain: z.array(z.number()),
        rowsValid: z.array(z.number()),
        values: z.record(z.string(), z.array(z.number().nullable())),
      })
      .optional()
      .describe('Fold by fold; runs with the same `key` had the very same folds, so their figures pair.'),
    holdout: metricValues.optional().describe('On rows that neither search nor choice has seen.'),
    gate: z
      .object({
        verdict: z.enum(['refuse', 'pass']),
        reasons: z.array(
          z.object({
            code: z.string(),
            sentence: z.string(),
          }),
        ),
      })
      .optional(),
  })
  .meta({
    id: 'RunMetrics',
    description: 'How a run did. A figure has the same name everywhere: `auc`, `brier`, `accuracy` …',
  });

export const runView = z
  .object({
    id: z.string(),
    experiment: z.string(),
    kind: runKind,
    state: runState,
    dataset: z
      .object({
        name: z.string(),
        version: z.string(),
      })
      .nullable(),
    settings: z.record(z.string(), z.unknown()),
    seed: z.number().nullable(),
    codeVersion: z.string(),
    actor: z.string(),
    tags: z.record(z.string(), z.string()),
    parent: z.string().nullable(),
    metrics: runMetrics,
    result: z
      .object({
        line: z.string(),
        version: z.string(),
      })
      .nullable()
      .describe('What came of it.'),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
      })
      .nullable(),
    startedAt: ms,
    endedAt: ms.nullable(),
    archivedAt: ms.nullable(),
  })
  .meta({ id: 'Run' });

export const metricDifference = z
  .object({
    metric: z.string(),
    values: z
      .array(z.number().nullable())
      .describe('Value of each run, in the order of the runs; null where a run has none.'),
    differences: z
      .array(
        z
          .object({
            mean: z.number(),
            low: z.number(),
            high: z.number(),
          })
          .nullable(),
      )
      .describe(
        'Each later run minus the first, over the same folds: mean and 95 % interval; null where the folds differ. Training parts of folds overlap, so the variance is corrected (Nadeau & Bengio 2003, Machine Learning 52:239).',
      ),
  })
  .meta({ id: 'MetricDifference' });

export const runComparisonView = z
  .object({
    runs: z.array(runView),
    parameters: z
      .array(
        z.object({
          path: z.string(),
          values: z.array(z.unknown()),
        }),
      )
      .describe('Settings, dataset, seed and code that are not the same in all runs, by dotted path.'),
    metrics: z.array(metricDifference),
    sameFolds: z.boolean().describe('Whether all runs were measured on the very same folds.'),
  })
  .meta({ id: 'RunComparison' });

export const runArtifact = z
  .object({
    name: z.string(),
    mediaType: z.string(),
    sha256: z.string(),
    sizeBytes: bytes,
  })
  .meta({ id: 'RunArtifact' });

export const runDetailsView = runView
  .extend({
    artifacts: z.array(runArtifact),
  })
  .meta({ id: 'RunDetails' });
