import { z } from 'zod';
import { share } from '../units.ts';

export const interval = z.object({
  low: z.number(),
  high: z.number(),
});

export const fairnessGroup = z
  .object({
    group: z.string(),
    intervals: z.object({
      accuracy: interval.optional(),
      selectionRate: interval.optional(),
      truePositiveRate: interval.optional(),
      falsePositiveRate: interval.optional(),
      falseNegativeRate: interval.optional(),
    }),
    count: z.number(),
    selectionRate: share.nullable().describe('Share that is said to be late; share, 0…1.'),
    accuracy: z.number().nullable(),
    truePositiveRate: share.nullable().describe('Share of the late ones that is said to be late; share, 0…1.'),
    falsePositiveRate: share.nullable().describe('Share of those in time that is said to be late; share, 0…1.'),
    falseNegativeRate: share.nullable(),
  })
  .meta({ id: 'FairnessGroup' });

export const disparity = z
  .object({
    demographicParityDifference: z.number().nullable().describe('Of the selection rate.'),
    demographicParityRatio: z.number().nullable(),
    equalizedOddsDifference: z
      .number()
      .nullable()
      .describe('The larger of the differences of true and of false positive rate.'),
    equalizedOddsRatio: z.number().nullable().describe('The smaller of their ratios.'),
  })
  .meta({
    id: 'Disparity',
    description:
      'Differences and ratios over groups: max − min, and min ÷ max. Null with fewer than two groups that have the figure.',
  });

export const fairnessSlice = z
  .object({
    slice: z.string(),
    level: z
      .number()
      .describe(
        'Confidence of its intervals: the slices of a report share 95 %, so that one wrong word in twenty reports is expected.',
      ),
    groups: z.array(fairnessGroup).describe('The largest first.'),
    disparity,
    intervals: z.object({
      demographicParityDifference: interval.optional(),
      demographicParityRatio: interval.optional(),
      equalizedOddsDifference: interval.optional(),
      equalizedOddsRatio: interval.optional(),
    }),
    byChance: z
      .object({
        demographicParityDifference: z.number().nullable().describe('Of the selection rate.'),
        equalizedOddsDifference: z
          .number()
          .nullable()
          .describe('The larger of the differences of true and of false positive rate.'),
      })
      .describe(
        'Differences that groups dealt by chance would show at this level. A difference below it says nothing.',
      ),
    tooSmall: z
      .object({
        minimum: z.number(),
        rows: z.number(),
        groups: z.array(z.string()),
        more: z.number(),
      })
      .describe('Groups of too few rows to be compared; their figures stand together under one name.'),
    unknown: z.number().describe('Rows that do not say to which group they belong.'),
    sentence: z.string(),
  })
  .meta({ id: 'FairnessSlice' });
