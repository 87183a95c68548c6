import { createRoute, z } from '@hono/zod-openapi';
import { driftReportView } from '@plumbline/shared/api/insight';
import { requireModel } from '../../../insight/drift/index.ts';
import type { Fleet } from '../../fleet.ts';
import { gatherDrift } from '../../report/index.ts';
import type { App } from '../edge.ts';
import { replies } from '../routes/reply.ts';

const DAYS = 90;
const MOST_DAYS = 1100;

/** The numbers of `drift report`: whoever asks draws them. */
export function addDriftReport(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/report',
      request: {
        params: z.object({ line: z.string().min(1).max(128) }),
        query: z.strictObject({
          /** The one that counted last, without. */
          version: z.string().max(64).optional(),
          days: z.coerce.number().int().min(1).max(MOST_DAYS).default(DAYS),
        }),
      },
      responses: replies('windows, figures, histograms and findings of one version', driftReportView),
    }),
    async (context) => {
      const { database, artifacts } = fleet;
      const query = { ...context.req.valid('param'), ...context.req.valid('query') };
      await requireModel(database.db, query.line, query.version);
      const found = await gatherDrift({ db: database.db, artifacts, now: fleet.now() }, query);
      return context.json(found, 200);
    },
  );
}
