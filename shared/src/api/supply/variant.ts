import { z } from 'zod';
import { payload } from '../../trust/assignment/documents.ts';
import { bytes } from '../units.ts';

export const wireSizes = z
  .object({
    none: z.number(),
    deflate: z.number(),
    brotli: z.number(),
  })
  .meta({ id: 'WireSizes', description: 'Bytes that something takes on the wire, by codec.' });

export const trialRow = z
  .object({
    variant: z.string(),
    recipe: z.string(),
    notes: z.array(z.string()),
    sha256: z.string(),
    bytes,
    wire: wireSizes,
    lossless: z.boolean(),
    agreement: z.number().optional().describe('Absent when it answered on neither engine.'),
    maxDiff: z.number().optional(),
    calibrationShift: z.number().optional(),
    metric: z
      .object({
        name: z.string(),
        reference: z.number(),
        candidate: z.number(),
        drop: z.number(),
      })
      .optional(),
    verdict: z.enum(['refuse', 'pass']),
    reason: z.string(),
    chosenFor: z.array(z.string()).describe('Profiles whose devices get it; none for one that another encoding beat.'),
  })
  .meta({
    id: 'TrialRow',
    description:
      'One row of the trial table on the card: what was decided and by which figures, the same for the same input. Sizes in bytes; figures are the worst of the engines on the selection rows. What was measured is in `Measured`.',
  });

export const modelNeeds = z
  .object({
    opsets: z.record(z.string(), z.number()),
    operators: z.array(z.string()).describe('As `domain:Operator`, sorted.'),
    derivations: z
      .array(z.string())
      .describe('Derived features as `id@version`: a device whose agent lacks one is not offered the model.'),
    memoryMb: z.number().optional(),
  })
  .meta({ id: 'ModelNeeds' });

export const sealedVariant = z
  .object({
    variant: z.string(),
    recipe: z.string(),
    archive: z.string(),
    archiveBytes: bytes,
    model: z.string(),
    modelBytes: bytes,
    needs: modelNeeds,
    profiles: z.array(z.string()).describe('Ids of the profiles it is for; empty: all that it fits.'),
    payloads: z.array(payload),
  })
  .meta({ id: 'SealedVariant', description: 'A bundle in the artifact store, and the ways it can travel.' });

export const submittedModelView = z
  .object({
    trials: z.array(trialRow),
    declined: z.array(z.string()),
    changes: z.array(z.string()),
    line: z.string(),
    version: z.string(),
    counter: z.number(),
    variants: z.array(sealedVariant),
    document: z.number().describe('Version of the line metadata that the approver is asked to sign.'),
  })
  .meta({ id: 'SubmittedModel' });
