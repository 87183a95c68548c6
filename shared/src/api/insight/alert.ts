import { z } from 'zod';
import { ms } from '../units.ts';

export const alertKind = z
  .enum([
    'drift',
    'device_silent',
    'site_silent',
    'region_silent',
    'fleet_silent',
    'device_cloned',
    'device_stale',
    'device_penalised',
    'rollout_asks',
    'rollout_failed',
    'data_quality',
    'evidence_refused',
    'webhook_dead',
    'mail_dead',
    'audit_head_unkept',
  ])
  .describe('What people are alerted of.');

export const alertScope = z.enum(['model', 'site', 'device', 'fleet', 'region', 'rollout', 'webhook', 'mail']);

export const acknowledgement = z
  .object({
    at: ms,
    by: z.string(),
    note: z.string(),
  })
  .meta({ id: 'Acknowledgement' });

export const alertView = z
  .object({
    id: z.string(),
    kind: alertKind,
    subject: z.string(),
    scope: alertScope,
    sentence: z.string(),
    details: z.record(z.string(), z.unknown()),
    raisedAt: ms,
    lastAt: ms.describe('When its cause last came anew, ms, and how often.'),
    count: z.number(),
    clearedAt: ms.optional().describe('Open while it is not set; ms since epoch, UTC.'),
    clearedReason: z.string().optional(),
    acknowledged: acknowledgement.optional(),
    told: z.boolean().describe('False while it is muted and nobody has heard of it.'),
  })
  .meta({ id: 'Alert' });

export const shownAlertView = alertView
  .extend({
    severity: z.enum(['critical', 'notice', 'warning']),
    muted: z
      .object({
        id: z.string(),
        reason: z.string(),
        until: ms,
        by: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'ShownAlert', description: 'An alert as people see it: muted is not hidden.' });
