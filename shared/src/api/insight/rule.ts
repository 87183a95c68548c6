import { z } from 'zod';
import { ms } from '../units.ts';

export const alertRuleView = z
  .object({
    updatedBy: z.string(),
    updatedAt: ms,
    name: z.string(),
    when: z.object({
      kinds: z
        .array(
          z.enum([
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
          ]),
        )
        .optional(),
      lines: z.array(z.string()).optional().describe('Of the model, or the rollout, that the alert is about.'),
      sites: z.array(z.string()).optional(),
      severities: z.array(z.enum(['critical', 'notice', 'warning'])).optional(),
    }),
    routes: z.object({
      email: z.array(z.string()),
      webhooks: z.array(z.string()).describe('Besides those that take `alert.*` by their types.'),
    }),
  })
  .meta({ id: 'AlertRule' });

export const alertMuteView = z
  .object({
    id: z.string(),
    kind: z.string().optional().describe('Undefined: every kind, or every subject; never both.'),
    subject: z.string().optional(),
    until: ms,
    reason: z.string(),
    by: z.string(),
    at: ms,
    endedAt: ms.optional().describe('When a person took it back; ms since epoch, UTC.'),
  })
  .meta({
    id: 'AlertMute',
    description: 'Alerts that nobody is told of until a moment. They stand in the list all the same.',
  });
