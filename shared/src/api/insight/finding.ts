import { z } from 'zod';
import { ms, share } from '../units.ts';

export const findingKind = z
  .enum(['score', 'label', 'covariate', 'concept', 'estimated', 'realised', 'fairness', 'quality', 'sequence'])
  .describe(
    'What has moved: values, scores, how often outcomes are late, what a score means, or how well a model does.',
  );

export const qualityFault = z
  .enum(['unit', 'range', 'missing', 'stuck', 'renamed'])
  .describe('What is wrong with the data rather than with the world.');

export const findingScope = z.object({
  of: z.enum(['site', 'device', 'fleet', 'group', 'profile']),
  id: z.string(),
});

export const likelySince = z
  .object({
    at: ms,
    low: z.number(),
    high: z.number(),
  })
  .meta({ id: 'LikelySince' });

export const findingTest = z
  .object({
    name: z.enum(['psi', 'chi2', 'js']),
    statistic: z.number(),
    threshold: z.number(),
  })
  .meta({ id: 'FindingTest' });

export const finding = z
  .object({
    id: z.string(),
    kind: findingKind,
    quality: qualityFault.optional(),
    line: z.string(),
    version: z.string(),
    scope: findingScope,
    from: ms,
    to: ms,
    since: likelySince.optional().describe('When it began, and between which moments that is likely.'),
    subject: z.string().optional().describe('Feature or slice.'),
    alarm: z.boolean(),
    statistic: z.number(),
    threshold: z.number(),
    p: z.number(),
    effect: z.number(),
    n: z.number(),
    devices: z.number(),
    sites: z.number(),
    tests: z.array(findingTest),
    sure: z.string(),
    sentence: z.string(),
    todo: z.string(),
    shares: z
      .array(
        z.object({
          site: z.string(),
          share,
        }),
      )
      .describe('How much of it each site brought, the largest first; description, not a test.'),
  })
  .meta({
    id: 'Finding',
    description:
      'One answer of one look, alarm or not: what server, alerts, gates, retraining and reports share. Times in ms.',
  });

export const keptFindingView = finding
  .extend({
    about: z.string().describe('Of what it is a finding, whenever: `model:delay@1.2.0/covariate:crew`.'),
    standing: z.boolean().describe('The newest word on a change that lasts.'),
    begunAt: ms.describe('When that change was first found, ms.'),
    judgedAt: ms,
  })
  .meta({ id: 'KeptFinding', description: 'A finding as it is kept.' });

export const dataHoldView = z
  .object({
    line: z.string(),
    feature: z.string(),
    scope: findingScope,
    from: ms,
    to: ms.nullable(),
    finding: z.string(),
  })
  .meta({
    id: 'DataHold',
    description:
      'Values of a feature that nothing is trained on until somebody has looked. `to` is null while it lasts.',
  });

export const evidenceRefusalView = z
  .object({
    id: z.string(),
    device: z.string(),
    site: z.string(),
    line: z.string(),
    code: z.string(),
    field: z.string(),
    expected: z.string(),
    fromAt: ms.describe('Of the day it speaks of; ms since epoch, UTC.'),
    refusedAt: ms,
  })
  .meta({ id: 'EvidenceRefusal' });

export const driftVerdictView = z
  .object({
    alarm: z.boolean(),
    details: z.unknown(),
    line: z.string(),
    version: z.string(),
    fromAt: ms,
    toAt: ms,
    count: z.number(),
    sentence: z.string(),
    assessedAt: ms,
  })
  .meta({ id: 'DriftVerdict' });
