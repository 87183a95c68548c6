import { z } from 'zod';
import { payload } from '../../trust/assignment/documents.ts';
import { bytes, ms } from '../units.ts';
import { deprecation } from './registry.ts';
import { modelNeeds } from './variant.ts';

export const modelVariant = z
  .object({
    variant: z.string(),
    recipe: z.string(),
    archive: z.string(),
    archiveBytes: bytes,
    model: z.string(),
    modelBytes: bytes,
    needs: modelNeeds,
    profiles: z.array(z.string()),
    payloads: z.array(payload),
  })
  .meta({ id: 'ModelVariant' });

export const modelVersionView = z
  .object({
    line: z.string(),
    version: z.string(),
    counter: z.number(),
    state: z.string(),
    algorithm: z.string(),
    predecessor: z.string().nullable(),
    createdAt: ms,
    publishedAt: ms.nullable(),
    card: z.record(z.string(), z.unknown()),
    deprecation: deprecation.optional().describe('Present: nothing new begins with it.'),
    variants: z.array(modelVariant),
  })
  .meta({ id: 'ModelVersion' });

export const modelLineView = z
  .object({
    line: z.string(),
    versions: z.number().int().describe('How many it has.'),
    newest: modelVersionView,
    inForce: modelVersionView
      .nullable()
      .describe('The newest that an approver has signed and nobody has taken out of use; null: there is none.'),
  })
  .meta({ id: 'ModelLine' });
