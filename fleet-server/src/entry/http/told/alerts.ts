import { createRoute, z } from '@hono/zod-openapi';
import { acknowledgeAlert, explainDevice, showAlert, showAlerts } from '../../../insight/alerts/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, plain, replies } from '../routes/reply.ts';

/** What a person should know of, and why a device does not do what it should. */
export function addAlerts(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts',
      request: {
        query: z.strictObject({
          state: z.enum(['open', 'all']).default('open'),
          /** Raised earlier than that, ms: the next page. */
          before: z.coerce.number().int().nonnegative().optional(),
        }),
      },
      responses: replies('newest first, at most 500', z.object({ alerts: z.array(document) })),
    }),
    async (context) => {
      const { state, before } = context.req.valid('query');
      return context.json(
        { alerts: (await showAlerts(db, fleet.now(), { open: state === 'open', before })).map(plain) },
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts/{id}',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('one alert', document),
    }),
    async (context) => context.json(plain(await showAlert(db, fleet.now(), context.req.valid('param').id)), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/{id}/acknowledge',
      request: {
        params: z.object({ id: z.string() }),
        ...jsonBody(z.strictObject({ note: z.string().max(500).default('') })),
      },
      responses: replies('seen', document),
    }),
    async (context) => {
      const order = { alert: context.req.valid('param').id, note: context.req.valid('json').note };
      return context.json(plain(await acknowledgeAlert(fleet, context.get('actor'), order)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices/{id}/why',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('causes, the most likely first', document),
    }),
    async (context) => context.json(plain(await explainDevice(db, context.req.valid('param').id, fleet.now())), 200),
  );
}
