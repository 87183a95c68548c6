import { createRoute, z } from '@hono/zod-openapi';
import { assignRelease, createToken, getDevice, listDevices } from '../../../sites/devices/index.ts';
import { listStreams } from '../../../insight/telemetry/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, OPERATOR, plain, replies } from './reply.ts';

const HOUR_MS = 3_600_000;

/** Devices: tokens, the truth they report, and a direct assignment. */
export function addDevices(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/tokens',
      request: jsonBody(
        z.strictObject({
          site: z.string(),
          device: z.string(),
          tags: z.array(z.string().max(64)).max(32).default([]),
          hours: z.number().positive().max(720).default(24),
        }),
      ),
      responses: replies('a one-time enrolment code', z.object({ code: z.string(), expiresAt: z.number() })),
    }),
    async (context) => {
      const { hours, ...token } = context.req.valid('json');
      const deps = { ...fleet, rootSha256: fleet.keys.rootSha256 };
      return context.json(await createToken(deps, OPERATOR, { ...token, lifetimeMs: hours * HOUR_MS }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices',
      responses: replies('all devices', z.object({ devices: z.array(document) })),
    }),
    async (context) => context.json({ devices: (await listDevices(fleet.database.db)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices/{id}',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('one device with its streams', document),
    }),
    async (context) => {
      const device = await getDevice(fleet.database.db, context.req.valid('param').id);
      return context.json(plain({ ...device, streams: await listStreams(fleet.database.db, device.id) }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/assignment',
      request: {
        params: z.object({ id: z.string() }),
        ...jsonBody(z.strictObject({ line: z.string(), version: z.string() })),
      },
      responses: replies('signed and on its way', z.object({ seq: z.number(), sha256: z.string() })),
    }),
    async (context) => {
      const { line, version } = context.req.valid('json');
      const order = { device: context.req.valid('param').id, line, version, cause: 'direct' };
      const deps = { director: fleet.keys.director, now: fleet.now };
      return context.json(await fleet.database.transaction((tx) => assignRelease(tx, deps, OPERATOR, order)), 200);
    },
  );
}
