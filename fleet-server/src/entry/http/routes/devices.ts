import { createRoute, z } from '@hono/zod-openapi';
import { deviceDetailsView, diagnosticsAnswerView } from '@plumbline/shared/api/insight';
import { devicePageView } from '@plumbline/shared/api/sites';
import {
  askDiagnostics,
  assignRelease,
  DEVICE_STATES,
  devicePage,
  getDevice,
  quarantineDevice,
  releaseDevice,
  revokeDevice,
} from '../../../sites/devices/index.ts';
import { getGroup } from '../../../sites/groups/index.ts';
import { lastAnswered, listStreams, readDiagnostics } from '../../../insight/telemetry/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';
import { paging } from './paging.ts';
import { addTokens } from './tokens.ts';

const text = z.string().min(1).max(128).optional();

/** What is left out excludes nothing. */
const deviceQuery = z.strictObject({
  site: text,
  state: z.enum(DEVICE_STATES).optional(),
  group: text.describe('Members of a group.'),
  profile: text,
  agent: text.describe('Version of the agent.'),
  tag: text,
  line: text.describe('That run this line.'),
  version: text.describe('That run this version of `line`, or of any line.'),
  search: text.describe('Part of the id, the site, the profile or a tag, in any case.'),
  ...paging,
});

const ORDERS = { revoke: revokeDevice, quarantine: quarantineDevice, release: releaseDevice } as const;

/** Devices: tokens, the truth they report, who may speak, and a direct assignment. */
export function addDevices(app: App, fleet: Fleet): void {
  addTokens(app, fleet);
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices',
      request: { query: deviceQuery },
      responses: replies('a page by id, and how many of each state the filter finds', devicePageView),
    }),
    async (context) => {
      const { limit, cursor, group, ...filter } = context.req.valid('query');
      const sites = context.get('reach');
      const among = group === undefined ? undefined : new Set((await getGroup(db, group, fleet.now())).devices);
      return context.json(await devicePage(db, { ...filter, sites, among }, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/devices/{id}',
      request: { params: z.object({ id: z.string() }) },
      responses: replies('one device with its streams', deviceDetailsView),
    }),
    async (context) => {
      const device = await getDevice(fleet.database.db, context.req.valid('param').id);
      return context.json({ ...device, streams: await listStreams(fleet.database.db, device.id) }, 200);
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
      responses: replies('the answer to a request, or the newest', diagnosticsAnswerView),
    }),
    async (context) => {
      const { db } = fleet.database;
      const { id } = await getDevice(db, context.req.valid('param').id);
      return context.json(await readDiagnostics(db, id, context.req.valid('query').request), 200);
    },
  );
}
