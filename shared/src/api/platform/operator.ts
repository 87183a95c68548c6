import { z } from 'zod';
import { ms } from '../units.ts';

export const operatorView = z
  .object({
    name: z.string(),
    createdAt: ms,
    createdBy: z.string(),
    removedAt: ms.nullable().describe('Null: may sign in; ms since epoch, UTC.'),
  })
  .meta({ id: 'Operator' });
