import { createRoute, z } from '@hono/zod-openapi';
import { alertView, explanationView, shownAlertView } from '@plumbline/shared/api/insight';
import {
  acknowledgeAlert,
  ALERT_KINDS,
  alertPage,
  SEVERITIES,
  explainDevice,
  showAlert,
  type AlertKind,
} from '../../../insight/alerts/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { jsonBody, replies } from '../routes/reply.ts';

/** What a person should know of, and why a device does not do what it should. */
export function addAlerts(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts',
      request: {
        query: z.strictObject({
          state: z.enum(['open', 'cleared', 'all']).default('open'),
          kind: z.enum(ALERT_KINDS as [AlertKind, ...AlertKind[]]).optional(),
          severity: z.enum(SEVERITIES).optional(),
          subject: z.string().max(256).optional().describe('As `kind:<id>`.'),
          ...paging,
        }),
      },
      responses: replies(
        'a page, newest first',
        z.object({ alerts: z.array(shownAlertView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await alertPage(db, fleet.now(), filter, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts/{id}',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('one alert', shownAlertView),
    }),
    async (context) => context.json(await showAlert(db, fleet.now(), context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/{id}/acknowledge',
      request: {
        params: z.object({ id: z.string() }),
        ...jsonBody(z.strictObject({ note: z.string().max(500).default('') })),
      },
      responses: replies('seen', alertView),
    }),
    async (context) => {
      const order = { alert: context.req.valid('param').id, note: context.req.valid('json').note };
      return context.json(await acknowledgeAlert(fleet, context.get('actor'), order), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices/{id}/why',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('causes, the most likely first', explanationView),
    }),
    async (context) => context.json(await explainDevice(db, context.req.valid('param').id, fleet.now()), 200),
  );
}
