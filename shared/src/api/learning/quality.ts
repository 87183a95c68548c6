import { z } from 'zod';
import { cohortSummary } from './dataset.ts';

export const columnQuality = z
  .object({
    name: z.string(),
    type: z.enum(['number', 'category']),
    rows: z.number(),
    missing: z.number(),
    distinct: z.number(),
    quantiles: z
      .tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])
      .optional()
      .describe('Of numbers that are there: minimum, 5 %, quartiles, 95 %, maximum.'),
    mean: z.number().optional(),
    sd: z.number().optional().describe('Standard deviation, n − 1.'),
    outliers: z.number().optional().describe('Values more than six robust standard deviations from the median.'),
    top: z
      .array(
        z.object({
          level: z.string(),
          rows: z.number(),
        }),
      )
      .optional()
      .describe('The most frequent levels of a category.'),
    separation: z
      .number()
      .optional()
      .describe('How well the column alone tells the classes apart, 0.5 to 1; absent where too few rows say.'),
  })
  .meta({ id: 'ColumnQuality' });

export const qualityCode = z.enum([
  'column_constant',
  'column_empty',
  'column_left_out',
  'identifier',
  'missing_values',
  'outliers',
  'infinite_values',
  'duplicate_rows',
  'duplicates_across_folds',
  'near_duplicates',
  'near_duplicates_across_folds',
  'leak_separates',
  'leak_filled_for_one_class',
  'leak_name',
  'leak_label_copy',
  'leak_label_source',
  'date_after_start',
  'class_imbalance',
  'base_rate_moves',
  'one_class_site',
  'groups_across_folds',
  'empty_window',
  'censored',
  'recent_thinner',
  'rejected_rows',
  'rows_held',
  'label_contradicted',
]);

export const qualitySeverity = z
  .enum(['refuse', 'warn', 'note'])
  .describe(
    '`refuse`: a figure from these rows would be false. `warn`: look before you believe one. `note`: good to know.',
  );

export const qualityFinding = z
  .object({
    code: qualityCode,
    severity: qualitySeverity,
    field: z.string().describe('Column, role or member at fault.'),
    sentence: z.string(),
    rows: z.array(z.string()).optional().describe('Refs of some of the rows.'),
  })
  .meta({ id: 'QualityFinding' });

export const qualityReportView = z
  .object({
    dataset: z.string(),
    rows: z.number(),
    columns: z.array(columnQuality),
    balance: z.object({
      overall: cohortSummary,
      byYear: z.record(z.string(), cohortSummary),
      bySite: z.record(z.string(), cohortSummary),
      byGroup: z.record(z.string(), cohortSummary).describe('Only where groups repeat.'),
    }),
    findings: z.array(qualityFinding).describe('The most severe first.'),
  })
  .meta({ id: 'QualityReport' });
