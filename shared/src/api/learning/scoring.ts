import { z } from 'zod';
import { publicKey } from '../../trust/signing/keys.ts';
import { reason } from '../../wire/rows.ts';
import { ms } from '../units.ts';
import { versionSigner } from './registry.ts';

export const predictionAuditVerdict = z
  .enum(['same', 'differs', 'inputs_unknown', 'bundle_unknown'])
  .describe(
    '`same`: the very bundle says it again. `differs`: it does not, from inputs that are proven. `inputs_unknown`: what it was asked is not here. `bundle_unknown`: the bytes that said it are not here, or are sealed by nobody we know.',
  );

export const auditedPrediction = z
  .object({
    site: z.string(),
    device: z.string(),
    id: z.string().describe('`STREAM:NUMBER`.'),
    madeBy: z.enum(['device', 'server']),
    kind: z.literal('prediction'),
    at: ms,
    line: z.string(),
    version: z.string(),
    sha256: z.string(),
    asOf: ms,
    score: z.number().describe('A chance, or the value of a regression in `unit`; a value has no label.'),
    ref: z.string().optional(),
    activity: z.string().optional(),
    unit: z.string().optional(),
    label: z.string().optional(),
    reasons: z.array(reason).optional(),
    inputs: z
      .string()
      .optional()
      .describe('What it was asked: `inputDigest` of the values that were placed, so that it can be asked again.'),
  })
  .meta({ id: 'AuditedPrediction' });

export const predictionChain = z
  .object({
    dataset: z
      .object({
        name: z.string(),
        version: z.string(),
      })
      .optional(),
    run: z
      .object({
        id: z.string(),
        experiment: z.string(),
        actor: z.string(),
        startedAt: ms,
      })
      .optional(),
    release: z
      .object({
        line: z.string(),
        version: z.string(),
        variant: z.string(),
        state: z.string(),
        counter: z.number(),
        publishedAt: ms.optional(),
      })
      .optional(),
    signers: z.array(versionSigner),
    orders: z
      .array(
        z.object({
          actor: z.string(),
          action: z.string(),
          at: ms,
        }),
      )
      .describe(
        'Who ordered what of this version, by the audit: `models.submit`, `models.approve`, `models.withdraw` …',
      ),
    assignment: z
      .object({
        seq: z.number(),
        counter: z.number(),
        issuedAt: ms,
        cause: z.string(),
      })
      .optional(),
    rollout: z
      .object({
        id: z.string(),
        name: z.string().optional(),
        stage: z.number(),
        outcome: z.string().optional(),
        outcomeAt: ms.optional(),
      })
      .optional(),
    report: z
      .object({
        proof: z.string().optional(),
        state: z.string(),
        reportedAt: ms,
      })
      .optional()
      .describe('What the device last said of the line, where it runs these bytes still.'),
  })
  .meta({
    id: 'PredictionChain',
    description: 'From the data to the device: each part is absent where nobody knows it.',
  });

export const predictionAuditView = z
  .object({
    verdict: predictionAuditVerdict,
    sentence: z.string(),
    prediction: auditedPrediction,
    bundle: z
      .object({
        variant: z.string(),
        sealedBy: z.string().optional(),
        derivations: z.array(z.string()),
      })
      .optional(),
    inputs: z
      .object({
        from: z.string(),
        proven: z.boolean(),
      })
      .optional(),
    again: z
      .object({
        score: z.number(),
        label: z.string().optional(),
        difference: z.number(),
        tolerance: z.number(),
        engine: z.enum(['node', 'wasm']),
      })
      .optional(),
    chain: predictionChain,
  })
  .meta({ id: 'PredictionAudit' });

export const recordAnswer = z
  .object({
    id: z.string().describe('By which it can be audited.'),
    ref: z.string().optional(),
    activity: z.string().optional(),
    site: z.string().optional(),
    version: z.string(),
    sha256: z.string(),
    asOf: ms,
    at: ms.describe('When it was made, ms.'),
    reasons: z.array(reason).optional(),
    score: z
      .number()
      .describe('Risk in [0, 1] for classes (probability of the positive class); the value itself for a regression.'),
    unit: z.string().optional().describe('Of a value that has one; a chance has none.'),
    label: z.string().optional().describe('Never there for a value.'),
    probabilities: z.record(z.string(), z.number()).optional(),
  })
  .meta({ id: 'RecordAnswer', description: 'What a planner is answered about one record.' });

export const predictionsView = z
  .object({
    line: z.string(),
    version: z.string(),
    variant: z.string(),
    sha256: z.string(),
    predictions: z.array(recordAnswer),
  })
  .meta({ id: 'Predictions' });

export const scoringBundleView = z
  .object({
    sealKeys: z.array(publicKey),
    line: z.string(),
    version: z.string(),
    variant: z.string(),
    sha256: z.string().describe('SHA-256 of the archive.'),
    state: z.string(),
  })
  .meta({ id: 'ScoringBundle' });
