import { z } from 'zod';
import { ms } from '../units.ts';

export const deviceCause = z
  .object({
    code: z.string(),
    certainty: z
      .enum(['certain', 'likely', 'possible'])
      .describe('`certain`: the server knows it. `likely`: the facts fit nothing better. `possible`: worth a look.'),
    sentence: z.string(),
    evidence: z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])),
    advice: z.string().describe('What to do.'),
  })
  .meta({ id: 'DeviceCause', description: 'One cause that the facts speak for.' });

export const explanationView = z
  .object({
    device: z.string(),
    online: z.boolean(),
    contactAt: ms.optional().describe('ms; undefined for never.'),
    findings: z.array(deviceCause).describe('The most likely cause first.'),
  })
  .meta({ id: 'Explanation' });
