import { z } from 'zod';
import { ms, share } from '../units.ts';

export const datasetSource = z
  .object({
    name: z.string(),
    sha256: z.string(),
    rows: z.number(),
  })
  .meta({ id: 'DatasetSource' });

export const cohortSummary = z
  .object({
    rows: z.number(),
    late: z.number(),
    baseRate: share.describe('`late / rows`, between 0 and 1; share, 0…1.'),
  })
  .meta({ id: 'CohortSummary' });

export const datasetSummary = z
  .object({
    rowsIn: z.number(),
    kept: z.number(),
    rejected: z.record(z.string(), z.number()).describe('Rejected rows by code.'),
    overall: cohortSummary,
    byYear: z.record(z.string(), cohortSummary).describe('By UTC year of `dueAt`.'),
    bySite: z.record(z.string(), cohortSummary),
  })
  .meta({ id: 'DatasetSummary' });

export const datasetPart = z
  .object({
    name: z.string().describe('As it was first called: one version has one name.'),
    version: z.string(),
    artifact: z.string(),
    fresh: z.boolean().describe('False where the version was there already; then nothing changed.'),
    rows: z.number(),
  })
  .meta({ id: 'DatasetPart' });

export const registeredFleetView = datasetPart
  .extend({
    added: z.number(),
    left: z.number(),
  })
  .meta({
    id: 'RegisteredFleet',
    description: '`rows` in all, `added` from the fleet, `left` of the base because they were not known yet.',
  });

export const registeredConcatView = datasetPart
  .extend({
    repeated: z.number(),
  })
  .meta({ id: 'RegisteredConcat' });

export const registeredFilterView = datasetPart
  .extend({
    leftOut: z.number(),
    open: z.number(),
  })
  .meta({ id: 'RegisteredFilter' });

export const registeredSplitView = z
  .object({
    train: datasetPart,
    holdout: datasetPart,
    leftOut: z.number(),
    groupsOnBothSides: z.number(),
    cutAt: ms.optional(),
  })
  .meta({ id: 'RegisteredSplit' });

export const datasetParent = z
  .object({
    dataset: z.string().describe('`NAME@VERSION`, the whole hash.'),
    operation: z.string().describe('For people: `split by group, share 0.8, seed 7: the larger part`.'),
  })
  .describe('What a version was made from.');

export const datasetHeadView = z
  .object({
    name: z.string(),
    version: z.string(),
    reader: z.string(),
    readerVersion: z.number().nullable(),
    rows: z.number(),
    rejected: z.number(),
    createdAt: ms,
    createdBy: z.string().nullable(),
    derivedFrom: z.array(datasetParent),
  })
  .meta({ id: 'DatasetHead' });

export const datasetDiffView = z
  .object({
    from: z.string(),
    to: z.string(),
    same: z.boolean(),
    rows: z.object({
      added: z.number(),
      removed: z.number(),
      changed: z.number(),
      unchanged: z.number(),
    }),
    added: z.array(z.string()).describe('Refs of the first ones.'),
    removed: z.array(z.string()),
    changed: z.array(
      z.object({
        ref: z.string(),
        fields: z.array(z.string()),
      }),
    ),
    columns: z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.string()),
    }),
    other: z.array(z.string()).describe('What else differs: target, split.'),
  })
  .meta({ id: 'DatasetDiff' });

export const featureValue = z.union([z.string(), z.number()]).nullable();

export const datasetExampleView = z
  .object({
    ref: z.string().describe('Stable within the dataset: the same activity has the same ref in every version.'),
    site: z.string(),
    group: z.string().describe('Rows of one group never stand on both sides of a split (project, building …).'),
    startAt: ms.describe('When the prediction is asked for; ms since epoch, UTC.'),
    dueAt: ms.describe('Cohort date: the planned end; ms since epoch, UTC.'),
    knownAt: ms,
    label: z.union([z.literal(0), z.literal(1)]),
    delayDays: z
      .number()
      .optional()
      .describe(
        'Actual minus planned finish in days, negative when early; absent while the activity is open (censored).',
      ),
    values: z.record(z.string(), featureValue),
  })
  .meta({
    id: 'DatasetExample',
    description:
      'One labelled row: what was known about an activity at `startAt`, and whether it turned out late. The label may be used from `knownAt` on and not a millisecond earlier. Times are ms since epoch, UTC.',
  });

export const censoring = z
  .object({
    openRows: z.number().describe('Open and not due: nobody can say. Left out.'),
    overdueRows: z.number().describe('Due and not finished.'),
    overdue: z
      .enum(['late', 'left-out'])
      .describe('What became of the overdue ones: a label 1, or left out because the source cannot tell.'),
    dataDate: z.number().optional().describe('Ms; the day the source describes, where it has one.'),
  })
  .meta({
    id: 'Censoring',
    description: 'Rows whose outcome was still open when the source was written, and what the reader did about them.',
  });

export const registeredDatasetView = z
  .object({
    name: z.string().describe('As it was first called: one version has one name.'),
    version: z.string(),
    artifact: z.string(),
    fresh: z.boolean().describe('False where the version was there already; then nothing changed.'),
    summary: datasetSummary,
  })
  .meta({ id: 'RegisteredDataset' });

export const datasetView = datasetHeadView
  .extend({
    sources: z.array(datasetSource),
    summary: datasetSummary,
    ledTo: z.array(datasetParent).describe('Versions that were made from this one.'),
  })
  .meta({ id: 'Dataset' });
