import { z } from 'zod';
import { ms } from '../units.ts';

export const queuedMailView = z
  .object({
    id: z.string(),
    recipient: z.string(),
    type: z.string(),
    alert: z.string(),
    subject: z.string(),
    state: z.string(),
    attempts: z.number(),
    createdAt: ms,
    lastAt: ms.nullable(),
    lastReason: z.string().nullable(),
  })
  .meta({ id: 'QueuedMail', description: 'A mail on its way, without its text.' });
