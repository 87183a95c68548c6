import { createRoute, z } from '@hono/zod-openapi';
import { forecastView } from '@plumbline/shared/api/delivery';
import { forecastPlan, forecastRollout, type Forecast } from '../../../delivery/rollouts/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, replies } from '../routes/reply.ts';

/** `none` leaves the list of devices out, which is long. */
const query = z.strictObject({ devices: z.enum(['all', 'none']).default('all') });
type Query = z.infer<typeof query>;

/** What a rollout would mean, before the first byte leaves. */
export function addForecasts(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rollouts/forecast',
      request: { query, ...jsonBody(document) },
      responses: replies('of a plan as it is written: warnings, fit, gates, bytes and time by stage', forecastView),
    }),
    async (context) =>
      context.json(shaped(await forecastPlan(fleet, context.req.valid('json')), context.req.valid('query')), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts/{id}/forecast',
      request: { query, params: z.object({ id: z.string() }) },
      responses: replies('of a rollout: what is left of it', forecastView),
    }),
    async (context) =>
      context.json(
        shaped(await forecastRollout(fleet, context.req.valid('param').id), context.req.valid('query')),
        200,
      ),
  );
}

function shaped(forecast: Forecast, asked: Query) {
  const { devices, ...rest } = forecast;
  return asked.devices === 'all' ? { ...rest, devices } : rest;
}
