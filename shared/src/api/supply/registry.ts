import { z } from 'zod';
import { ms } from '../units.ts';

export const modelAliasView = z
  .object({
    line: z.string(),
    name: z.string(),
    version: z.string(),
    revision: z.number().describe('Counts the moves from 1.'),
    movedAt: ms,
    movedBy: z.string(),
  })
  .meta({ id: 'ModelAlias' });

export const deprecation = z
  .object({
    reason: z.string(),
    replacedBy: z.string().nullable(),
    deprecatedAt: ms,
    deprecatedBy: z.string(),
  })
  .meta({
    id: 'Deprecation',
    description: 'Why nothing new begins with a version. Devices that run it go on, and may be sent back to it.',
  });
