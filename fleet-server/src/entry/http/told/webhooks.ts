import { createRoute, z } from '@hono/zod-openapi';
import {
  addedWebhookView,
  orderedWebhookView,
  webhookDeliveryView,
  webhookStandingView,
} from '@plumbline/shared/api/platform';
import {
  addWebhook,
  listDead,
  listDeliveries,
  listWebhooks,
  newWebhook,
  pauseWebhook,
  pingWebhook,
  removeWebhook,
  resumeWebhook,
  retryDead,
  rotateSecret,
} from '../../webhooks/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const HOUR_MS = 3_600_000;
const MAX_GRACE_HOURS = 720;

const order = z.strictObject({
  reason: z.string().max(500).default('by hand'),
  /** Of a rotation: how long the old secret signs too. */
  graceHours: z.number().min(0).max(MAX_GRACE_HOURS).optional(),
  /** Of a retry: one message instead of all. */
  delivery: z.string().max(64).optional(),
});

/** Receivers of events: who they are, what was sent to them, and what was given up. */
export function addWebhooks(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/webhooks',
      request: jsonBody(newWebhook),
      responses: replies('added; the secret is in this answer and in no other', addedWebhookView),
    }),
    async (context) => context.json(await addWebhook(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/webhooks',
      description: 'Whole: there are 100 at most (`webhook_limit`).',
      responses: replies(
        'all receivers and how each of them stands',
        z.object({ webhooks: z.array(webhookStandingView) }),
      ),
    }),
    async (context) => context.json({ webhooks: await listWebhooks(db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/webhooks/dead',
      request: { query: z.strictObject({ webhook: z.string().optional() }) },
      responses: replies(
        'messages that were given up, oldest first, at most 500',
        z.object({ deliveries: z.array(webhookDeliveryView) }),
      ),
    }),
    async (context) => context.json({ deliveries: await listDead(db, context.req.valid('query').webhook) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/webhooks/{id}/deliveries',
      request: { params: z.object({ id: z.string() }) },
      responses: replies(
        'what was sent or waits, newest first, at most 500',
        z.object({ deliveries: z.array(webhookDeliveryView) }),
      ),
    }),
    async (context) => context.json({ deliveries: await listDeliveries(db, context.req.valid('param').id) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/webhooks/{id}/{order}',
      request: {
        params: z.object({
          id: z.string(),
          order: z.enum(['remove', 'pause', 'resume', 'rotate', 'test', 'retry']),
        }),
        ...jsonBody(order),
      },
      responses: replies('done; of a rotation with the new secret', orderedWebhookView),
    }),
    async (context) => {
      const { id: webhook, order: word } = context.req.valid('param');
      const { reason, graceHours, delivery } = context.req.valid('json');
      const actor = context.get('actor');
      const orders = {
        remove: () => removeWebhook(fleet, actor, webhook),
        pause: () => pauseWebhook(fleet, actor, { webhook, reason }),
        resume: () => resumeWebhook(fleet, actor, webhook),
        rotate: () =>
          rotateSecret(fleet, actor, {
            webhook,
            graceMs: graceHours === undefined ? undefined : graceHours * HOUR_MS,
          }),
        test: () => pingWebhook(fleet, actor, webhook),
        retry: () => retryDead(fleet, actor, { webhook, delivery }),
      };
      return context.json(await orders[word](), 200);
    },
  );
}
