import { z } from 'zod';
import { ms } from '../units.ts';

export const webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    description: z.string(),
    paused: z
      .object({
        at: ms,
        reason: z.string(),
      })
      .optional()
      .describe('When and why nothing is sent.'),
    previousUntil: ms.optional().describe('The secret before the newest signs too, until then; ms.'),
    createdBy: z.string(),
    createdAt: ms,
  })
  .meta({ id: 'Webhook', description: 'A receiver of events as people see it: never with its secret.' });

export const webhookStandingView = webhook
  .extend({
    waiting: z.number(),
    dead: z.number().describe('Given up after every attempt: `webhooks retry` sends them again.'),
    lastDeliveredAt: ms.optional(),
  })
  .meta({ id: 'WebhookStanding' });

export const webhookDeliveryView = z
  .object({
    id: z.string(),
    webhook: z.string(),
    event: z.number(),
    type: z.string(),
    body: z.string(),
    state: z.string(),
    attempts: z.number(),
    createdAt: ms,
    nextAt: ms,
    lastAt: ms.nullable(),
    lastStatus: z.number().nullable(),
    lastReason: z.string().nullable(),
    lastAnswer: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

export const addedWebhookView = webhook
  .extend({
    secret: z.string(),
  })
  .meta({ id: 'AddedWebhook' });

export const orderedWebhookView = z
  .union([
    webhook,
    z.object({ webhook: z.string(), secret: z.string(), previousUntil: ms }),
    z.object({ webhook: z.string(), delivery: z.string() }),
    z.object({ webhook: z.string(), retried: z.number() }),
    z.object({ webhook: z.string() }),
  ])
  .describe('What an order over a receiver answers: the receiver, its new secret, a delivery, or how many are tried.');
