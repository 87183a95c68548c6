import { createRoute, z } from '@hono/zod-openapi';
import {
  deviceMoveView,
  siteArchivingView,
  siteClosingView,
  siteDetailsView,
  siteReopeningView,
  siteView,
  successionView,
} from '@plumbline/shared/api/sites';
import { moveDevice, orderRetirement, replaceDevice, takeBackRetirement } from '../../../sites/devices/index.ts';
import {
  archiveEmptied,
  archiveSite,
  closeSite,
  devicesOf,
  getSite,
  putSite,
  reopenSite,
} from '../../../sites/register/index.ts';
import type { Fleet } from '../../fleet.ts';
import { tokenDeps } from '../../token-deps.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';
import { addSiteList } from './site-list.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const site = z.object({ site: z.string() });
const device = z.object({ id: z.string() });
/** Kept in the audit; the command line gives none. */
const why = jsonBody(z.strictObject({ reason: z.string().min(1).max(500).optional() }));
/** An installer who drives to a site needs days. */
const hours = z.number().positive().max(720).default(168);

/** Sites from the first line in the register to the archive. Before the routes of devices, whose orders match anything. */
export function addLifecycle(app: App, fleet: Fleet): void {
  addSiteList(app, fleet);
  addRegister(app, fleet);
  addClosing(app, fleet);
  addSuccession(app, fleet);
}

function addRegister(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/sites/{site}',
      request: { params: site },
      responses: replies('one site, and how far its devices are with leaving', siteDetailsView),
    }),
    async (context) => {
      const found = await getSite(db, context.req.valid('param').site);
      return context.json({ ...found, devices: await devicesOf(db, found.id) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/sites/{site}',
      request: {
        params: site,
        ...jsonBody(
          z.strictObject({
            zone: z.string().optional(),
            region: z.string().optional(),
            costPerMb: z.number().nullable().optional(),
            note: z.string().optional(),
            gateway: z.string().nullable().optional(),
            expectedRevision: z.number().int().nonnegative().optional(),
          }),
        ),
      },
      responses: replies('as it stands now', siteView),
    }),
    async (context) => {
      const change = { id: context.req.valid('param').site, ...context.req.valid('json') };
      return context.json(await fleet.database.transaction((tx) => putSite(tx, context.get('actor'), change)), 200);
    },
  );
}

function addClosing(app: App, fleet: Fleet): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/sites/{site}/close',
      request: { params: site, ...jsonBody(z.strictObject({ days: z.number().nonnegative().max(365).optional() })) },
      responses: replies('its devices were told to hand over and to go', siteClosingView),
    }),
    async (context) => {
      const { days } = context.req.valid('json');
      const order = { ...context.req.valid('param'), ...(days !== undefined && { deadlineMs: days * DAY_MS }) };
      const closing = await database.transaction((tx) => closeSite(tx, fleet, context.get('actor'), order));
      // A site without devices has nobody to wait for.
      await archiveEmptied(fleet);
      return context.json({ ...closing, site: await getSite(database.db, order.site) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/sites/{site}/archive',
      request: { params: site, ...jsonBody(z.strictObject({ force: z.boolean().default(false) })) },
      responses: replies('closed for good', siteArchivingView),
    }),
    async (context) => {
      const order = { ...context.req.valid('param'), ...context.req.valid('json') };
      return context.json(await database.transaction((tx) => archiveSite(tx, context.get('actor'), order)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/sites/{site}/reopen',
      request: { params: site },
      responses: replies('open again; devices that have gone enrol anew', siteReopeningView),
    }),
    async (context) => {
      const id = context.req.valid('param').site;
      return context.json(await database.transaction((tx) => reopenSite(tx, fleet, context.get('actor'), id)), 200);
    },
  );
}

function addSuccession(app: App, fleet: Fleet): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/replace',
      request: {
        params: device,
        ...jsonBody(
          z.strictObject({
            device: z.string(),
            profile: z.string().max(64).optional(),
            approval: z.enum(['policy', 'required']).optional(),
            hours,
          }),
        ),
      },
      responses: replies('a code for the device that takes its place', successionView),
    }),
    async (context) => {
      const { hours: good, ...order } = context.req.valid('json');
      const deps = await tokenDeps(fleet);
      const whole = { ...order, old: context.req.valid('param').id, lifetimeMs: good * HOUR_MS };
      return context.json(
        await database.transaction((tx) => replaceDevice(tx, deps, context.get('actor'), whole)),
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/move',
      request: {
        params: device,
        ...jsonBody(z.strictObject({ site: z.string(), name: z.string().optional(), hours })),
      },
      responses: replies('a code for its new name; it hands over and wipes itself', deviceMoveView),
    }),
    async (context) => {
      const { hours: good, ...order } = context.req.valid('json');
      const deps = { ...fleet, ...(await tokenDeps(fleet)) };
      const whole = { ...order, device: context.req.valid('param').id, lifetimeMs: good * HOUR_MS };
      return context.json(await database.transaction((tx) => moveDevice(tx, deps, context.get('actor'), whole)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/retire',
      request: { params: device, ...why },
      responses: replies('it was told to hand over and to go', z.object({ seq: z.number() })),
    }),
    async (context) => {
      const { reason } = context.req.valid('json');
      const order = { device: context.req.valid('param').id, cause: 'retire', reason } as const;
      return context.json(
        await database.transaction((tx) => orderRetirement(tx, fleet, context.get('actor'), order)),
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/{id}/stay',
      request: { params: device, ...why },
      responses: replies('the order to leave is taken back', z.object({ device: z.string() })),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const { reason } = context.req.valid('json');
      await database.transaction((tx) => takeBackRetirement(tx, fleet, context.get('actor'), id, reason));
      return context.json({ device: id }, 200);
    },
  );
}
