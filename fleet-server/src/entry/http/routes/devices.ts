import { createRoute, z } from '@hono/zod-openapi';
import {
  askDiagnostics,
  assignRelease,
  getDevice,
  listDevices,
  quarantineDevice,
  releaseDevice,
  revokeDevice,
} from '../../../sites/devices/index.ts';
import { lastAnswered, listStreams, readDiagnostics } from '../../../insight/telemetry/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, plain, replies } from './reply.ts';
import { addTokens } from './tokens.ts';

const ORDERS = { revoke: revokeDevice, quarantine: quarantineDevice, release: releaseDevice } as const;

/** Devices: tokens, the truth they report, who may speak, and a direct assignment. */
export function addDevices(app: App, fleet: Fleet): void {
  addTokens(app, fleet);
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
      return context.json(
        await fleet.database.transaction((tx) => assignRelease(tx, fleet, context.get('actor'), order)),
        200,
      );
    },
  );
  addDiagnostics(app, fleet);
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/{order}',
      request: {
        params: z.object({ id: z.string(), order: z.enum(['revoke', 'quarantine', 'release']) }),
        ...jsonBody(z.strictObject({ reason: z.string().min(1).max(500) })),
      },
      responses: replies('done', z.object({ device: z.string() })),
    }),
    async (context) => {
      const { id: device, order } = context.req.valid('param');
      const { reason } = context.req.valid('json');
      await ORDERS[order](fleet, context.get('actor'), { device, reason });
      return context.json({ device }, 200);
    },
  );
}

/** What a device tells of itself when it is asked: the question goes out with its assignment, the answer comes by itself. */
function addDiagnostics(app: App, fleet: Fleet): void {
  const path = '/api/v1/devices/{id}/diagnostics';
  const params = z.object({ id: z.string() });
  app.openapi(
    createRoute({
      method: 'post',
      path,
      request: { params, ...jsonBody(z.strictObject({ maxBytes: z.number().int().positive().optional() })) },
      responses: replies('asked', z.object({ seq: z.number(), request: z.number() })),
    }),
    async (context) => {
      const { maxBytes } = context.req.valid('json');
      const device = context.req.valid('param').id;
      const order = { device, ...(maxBytes !== undefined && { maxBytes }) };
      const asked = await fleet.database.transaction(async (tx) =>
        askDiagnostics(tx, fleet, context.get('actor'), order, await lastAnswered(tx, device)),
      );
      return context.json(asked, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path,
      request: { params, query: z.object({ request: z.coerce.number().int().positive().optional() }) },
      responses: replies('the answer to a request, or the newest', document),
    }),
    async (context) => {
      const { db } = fleet.database;
      const { id } = await getDevice(db, context.req.valid('param').id);
      return context.json(plain(await readDiagnostics(db, id, context.req.valid('query').request)), 200);
    },
  );
}
