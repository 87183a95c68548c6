import { z } from 'zod';
import { ms } from '../units.ts';

export const freezeView = z
  .object({
    reason: z.string(),
    actor: z.string(),
    at: ms.describe('ms.'),
  })
  .meta({ id: 'Freeze', description: 'The brake over everything, while it is on.' });

export const freezeRecordView = z
  .object({
    id: z.number(),
    reason: z.string(),
    actor: z.string(),
    at: ms,
    liftedAt: ms.nullable(),
    liftedBy: z.string().nullable(),
  })
  .meta({ id: 'FreezeRecord' });
