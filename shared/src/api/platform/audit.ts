import { z } from 'zod';
import { ms } from '../units.ts';

export const auditChainBreak = z
  .object({
    id: z.number(),
    reason: z.enum(['missing', 'unlinked', 'edited', 'not-the-known-head']),
  })
  .describe('The first row that does not hold, and why.');

export const auditRow = z
  .object({
    id: z.number(),
    at: ms,
    previousHash: z.string(),
    hash: z.string(),
    actor: z.string().describe('Who did it: `user:<id>`, `device:<id>`, `system`.'),
    action: z.string().describe('The verb, as `room.verb`: `rollouts.pause`.'),
    subject: z.string().describe('What it was done to, as `kind:<id>`.'),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditRow', description: 'An entry as it was recorded; `at` is ms since the epoch.' });

export const auditPageView = z
  .object({
    chain: auditChainBreak
      .nullable()
      .optional()
      .describe('The first row that does not hold; null: all do. Left out where it was not looked at.'),
    rows: z.array(auditRow),
    next: z.string().nullable().describe('Cursor of the page of older rows; null: this is the last.'),
  })
  .meta({ id: 'AuditPage' });

export const auditHeadView = z
  .object({
    id: z.number().describe('Of the newest row; 0: there is none.'),
    hash: z.string().describe('Of that row, SHA-256 in hex.'),
    at: ms.describe('When it was signed; ms since epoch, UTC.'),
    publicKey: z.string().describe('Ed25519, SPKI in base64.'),
    signature: z.string().describe('Base64.'),
  })
  .meta({ id: 'AuditHead' });
