import { z } from 'zod';
import { ms } from '../units.ts';

export const turnsExplained = z
  .object({
    due: z.number().describe('Members whose turn it is.'),
    waiting: z
      .array(
        z.object({
          device: z.string(),
          obstacle: z.enum([
            'window',
            'rejected',
            'held',
            'frozen',
            'barred',
            'site-closed',
            'offline',
            'penalty',
            'freeze-date',
            'rate',
            'under-way',
          ]),
        }),
      )
      .describe('Why each of the others waits.'),
    sentence: z.string(),
  })
  .meta({ id: 'TurnsExplained' });

export const penaltyView = z
  .object({
    device: z.string(),
    failures: z.number().describe('One after the other.'),
    reason: z.string().describe('Of the last one.'),
    lastAt: ms,
    until: ms.describe('Nothing new goes to the device before; ms.'),
  })
  .meta({ id: 'Penalty' });
