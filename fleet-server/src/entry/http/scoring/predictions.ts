import { createRoute, z } from '@hono/zod-openapi';
import { predictionPageView } from '@plumbline/shared/api/insight';
import { predictionPage } from '../../../insight/telemetry/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { replies } from '../routes/reply.ts';

const text = z.string().min(1).max(128).optional();
const ms = z.coerce.number().int().nonnegative().optional();

const query = z.strictObject({
  line: text.describe('It or a device has to be named.'),
  device: text,
  site: text,
  version: text,
  from: ms.describe('Made then or later; ms since epoch, UTC.'),
  to: ms.describe('Made before; ms since epoch, UTC.'),
  limit: paging.limit.default(100),
  cursor: paging.cursor,
});

/** What devices and this server have said, with reasons. */
export function addPredictions(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/predictions',
      request: { query },
      responses: replies('a page, the newest first', predictionPageView),
    }),
    async (context) => {
      const { limit, cursor, line, device, ...rest } = context.req.valid('query');
      const filter = { ...rest, sites: context.get('reach') };
      const of = line === undefined ? (device === undefined ? refuse() : { device }) : { line, device };
      return context.json(await predictionPage(fleet.database.db, { ...filter, ...of }, { limit, cursor }), 200);
    },
  );
}

function refuse(): never {
  throw new HttpError('body_malformed', 'line: a line or a device has to be named', {
    field: 'line',
    expected: 'a line, or `device`',
  });
}
