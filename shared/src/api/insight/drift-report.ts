import { z } from 'zod';
import { ms, share } from '../units.ts';
import { finding } from './finding.ts';

export const driftFigure = z
  .object({
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  })
  .meta({ id: 'DriftFigure', description: 'A figure with its interval; null where it cannot be told.' });

export const driftFigures = z
  .object({
    brier: driftFigure,
    auc: driftFigure,
    accuracy: driftFigure,
  })
  .meta({ id: 'DriftFigures' });

export const driftPeriod = z
  .object({
    from: ms.describe('Ms; ms since epoch, UTC.'),
    to: ms,
    predictions: z.number(),
    errors: z.number(),
    devices: z.number(),
    sites: z.number(),
    outcomes: z.number(),
    late: z.number(),
    estimated: driftFigures
      .nullable()
      .describe('Before outcomes, from how often such scores were right; with 95 % intervals, as below.'),
    realised: driftFigures.nullable().describe('By the outcomes that have come.'),
  })
  .meta({ id: 'DriftPeriod' });

export const driftHistogram = z
  .object({
    name: z.string(),
    seasonal: z.boolean(),
    bins: z.array(z.string()),
    reference: z.array(z.number()),
    now: z.array(z.number()),
  })
  .meta({ id: 'DriftHistogram' });

export const siteShare = z
  .object({
    site: z.string(),
    devices: z.number(),
    predictions: z.number(),
    outcomes: z.number(),
    late: z.number(),
  })
  .meta({ id: 'SiteShare' });

export const driftReportView = z
  .object({
    line: z.string(),
    version: z.string(),
    madeAt: ms,
    from: ms,
    to: ms,
    periods: z.array(driftPeriod).describe('In order of time.'),
    now: z
      .object({
        from: ms,
        to: ms,
        predictions: z.number(),
      })
      .describe('The newest periods together, which `now` of the histograms and `sites` count.'),
    reference: z
      .object({
        rows: z.number(),
        baseRate: share.nullable(),
        expected: z
          .object({
            brier: z.number(),
            auc: z.number(),
            accuracy: z.number(),
          })
          .nullable(),
      })
      .nullable()
      .describe('Null without a reference in the bundle: then nothing can be compared.'),
    features: z.array(driftHistogram),
    score: driftHistogram.nullable(),
    sites: z.array(siteShare),
    findings: z.array(finding).describe('Alarms first, then the newest.'),
    quarantined: z.number().describe('Windows of devices that claim what they cannot have seen; in no figure here.'),
  })
  .meta({ id: 'DriftReport', description: 'All that a report on drift shows of one version, as numbers.' });
