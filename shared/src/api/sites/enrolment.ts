import { z } from 'zod';
import { ms } from '../units.ts';

export const enrolmentApproval = z.enum(['required', 'policy']);

export const madeTokenView = z
  .object({
    site: z.string(),
    device: z.string(),
    tags: z.array(z.string()),
    profile: z.string().optional(),
    approval: enrolmentApproval,
    code: z.string().describe('What an installer carries; only the hash of its secret is kept.'),
    expiresAt: ms,
  })
  .meta({ id: 'MadeToken' });

export const pendingEnrolmentView = z
  .object({
    site: z.string(),
    device: z.string(),
    askedAt: ms,
    fingerprint: z.string().describe('What the device itself shows, when it is the one that was meant.'),
  })
  .meta({ id: 'PendingEnrolment', description: 'A device that has asked and waits for a person.' });
