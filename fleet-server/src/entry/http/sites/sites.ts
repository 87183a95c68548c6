import { createRoute, z } from '@hono/zod-openapi';
import { siteLogEntry } from '@plumbline/shared/activity';
import { photoType } from '@plumbline/shared/wire';
import { readPhoto } from '../../../insight/telemetry/index.ts';
import { appendEntries, pageOf } from '../../../sites/activities/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, refusals, replies } from '../routes/reply.ts';

const site = z.object({ site: z.string() });
/** Entries of a page, unless told: an export takes many at once. */
const PAGE = { usual: 200, most: 2000 } as const;

/** The site log: what head office plans and what people on site recorded. */
export function addSites(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/sites/{site}/log',
      request: { params: site, ...jsonBody(z.strictObject({ entries: z.array(siteLogEntry).max(5000) })) },
      responses: replies('how many were new', z.object({ added: z.number() })),
    }),
    async (context) => {
      const { entries } = context.req.valid('json');
      const target = context.req.valid('param').site;
      return context.json({ added: await fleet.database.transaction((tx) => appendEntries(tx, target, entries)) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/sites/{site}/log',
      request: {
        params: site,
        query: z.object({
          cursor: z.coerce.number().int().nonnegative().default(0),
          limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.usual),
        }),
      },
      responses: replies('a page', z.object({ cursor: z.number(), entries: z.array(siteLogEntry), more: z.boolean() })),
    }),
    async (context) => {
      const { cursor, limit } = context.req.valid('query');
      return context.json(await pageOf(fleet.database.db, context.req.valid('param').site, cursor, limit), 200);
    },
  );
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/v1/sites/{site}/photos/{sha256}',
    request: { params: z.object({ ...site.shape, sha256: z.string() }) },
    responses: { 200: { description: 'the photo of a note, as it was sent' }, ...refusals },
  });
  app.get('/api/v1/sites/:site/photos/:sha256', async (context) => {
    const bytes = await readPhoto(fleet.database.db, context.req.param('site'), context.req.param('sha256'));
    return context.body(new Uint8Array(bytes), 200, {
      // By its own first bytes, whatever a device says it is: nothing here can be a page.
      'content-type': photoType(bytes) ?? 'application/octet-stream',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });
}
