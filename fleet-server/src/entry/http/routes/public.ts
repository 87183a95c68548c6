import { createRoute, z } from '@hono/zod-openapi';
import { enrolRequest, enrolResponse } from '@plumbline/shared/api';
import { toBase64 } from '@plumbline/shared/trust';
import { enrolDevice } from '../../../sites/devices/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

/** What needs no operator: health, the description of the API, and a device with its one-time token. */
export function addPublic(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/health',
      responses: replies('alive', z.object({ status: z.literal('ok'), now: z.number(), development: z.boolean() })),
    }),
    (context) =>
      context.json({ status: 'ok' as const, now: fleet.now(), development: fleet.keys.root.development === true }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/enrol',
      request: jsonBody(enrolRequest),
      responses: replies('the name of the device and where it connects', enrolResponse),
    }),
    async (context) => {
      const identity = await enrolDevice(fleet, context.req.valid('json'));
      return context.json({ ...identity, mqttUrl: fleet.mqttUrl, root: toBase64(fleet.keys.rootBytes) }, 200);
    },
  );
  app.doc31('/api/v1/openapi.json', { openapi: '3.1.0', info: { title: 'Plumbline', version: '1' } });
}
