import { z } from 'zod';
import { bytes, ms, share } from '../units.ts';
import { censoring, datasetSource } from './dataset.ts';
import { fairnessSlice } from './fairness.ts';

export const cardFigure = z
  .object({
    value: z.number().nullable(),
    low: z.number().optional(),
    high: z.number().optional(),
  })
  .meta({ id: 'CardFigure', description: 'A figure with its 95 % interval where one is known.' });

export const cardData = z
  .object({
    name: z.string(),
    version: z.string(),
    reader: z.string(),
    target: z.string().describe('What label 1 means.'),
    rows: z.number(),
    heldOut: z.number().describe('Of these, those the model was not made from.'),
    baseRate: share.describe('Share of label 1; share, 0…1.'),
    split: z.string(),
    sources: z.array(datasetSource),
    left: z.record(z.string(), z.number()).describe('Rows that were read and left out, by reason.'),
    censoring: censoring.optional().describe('Activities that were still open, and what became of them.'),
    parents: z.array(z.string()).describe('Versions it was made from, and how; none: read from its sources.'),
    from: ms.nullable(),
    to: ms.nullable(),
    features: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        unit: z.string().optional(),
        private: z.boolean().optional(),
      }),
    ),
  })
  .meta({ id: 'CardData', description: 'Where the rows came from, and what is not among them.' });

export const cardAlgorithm = z
  .object({
    name: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    tried: z.number().describe('Configurations that were tried, on how many folds.'),
    folds: z.number(),
    seed: z.number(),
    calibration: z.string().describe('What recalibration did, in words.'),
  })
  .meta({ id: 'CardAlgorithm' });

export const modelCard = z
  .object({
    title: z.string(),
    intendedUse: z.array(z.string()),
    data: cardData.nullable(),
    algorithm: cardAlgorithm.nullable(),
    days: z
      .object({
        loss: z.string(),
      })
      .optional()
      .describe('There when the model answers delay days: then nothing here is of chances, and errors are in days.'),
    crossValidated: z
      .record(z.string(), cardFigure)
      .describe('By name: `auc`, `brier` …; of days `mae`, `rmse`, `r2`, and of a quantile `pinball`, `below`.'),
    holdout: z.record(z.string(), cardFigure).nullable(),
    confusion: z
      .object({
        hits: z.number().describe('Said late, was late.'),
        misses: z.number().describe('Said in time, was late.'),
        alarms: z.number().describe('Said late, was in time.'),
        passes: z.number().describe('Said in time, was in time.'),
        threshold: z.number(),
      })
      .nullable(),
    baseline: z
      .record(z.string(), z.number())
      .describe('Brier score of always saying the base rate; of days the loss of the best constant.'),
    calibration: z
      .object({
        error: z.number(),
        byChance: z.number(),
        slope: z.number(),
        intercept: z.number(),
      })
      .nullable(),
    importance: z
      .object({
        basis: z.enum(['held out', 'training']),
        features: z.array(
          z.object({
            feature: z.string(),
            mean: z.number(),
            low: z.number(),
            high: z.number(),
          }),
        ),
      })
      .describe('`held out`: on rows the model had not seen; `training`: on those it learned from.'),
    fairness: z.array(fairnessSlice),
    limits: z.array(z.string()),
    gate: z
      .object({
        verdict: z.enum(['refuse', 'pass']),
        sentences: z.array(z.string()),
      })
      .nullable(),
  })
  .meta({
    id: 'ModelCard',
    description:
      'What a model is for, made of, and worth. JSON on the version, Markdown for people. It holds no timings and no private value: the same run gives the same card.',
  });

export const cardContext = z
  .object({
    name: z.string(),
    state: z.string(),
    deprecation: z
      .object({
        reason: z.string(),
        replacedBy: z.string().nullable(),
      })
      .optional(),
    run: z.string().optional(),
    trials: z
      .array(
        z.object({
          variant: z.string(),
          bytes,
          verdict: z.string(),
          reason: z.string(),
          maxDiff: z.number().optional(),
        }),
      )
      .readonly()
      .optional(),
    signers: z
      .array(
        z.object({
          role: z.string(),
          keyId: z.string(),
        }),
      )
      .readonly()
      .optional()
      .describe('Who signed: role and key id.'),
  })
  .meta({
    id: 'CardContext',
    description: 'What is known of a version beside its own card: given by whoever shows it.',
  });

export const shownCardView = z
  .object({
    line: z.string(),
    version: z.string(),
    card: modelCard,
    context: cardContext,
    markdown: z.string(),
  })
  .meta({ id: 'ShownCard' });
