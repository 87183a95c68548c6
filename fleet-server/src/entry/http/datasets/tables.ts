import { createRoute, z } from '@hono/zod-openapi';
import { registeredDatasetView } from '@plumbline/shared/api/learning';
import { datasetBody } from '@plumbline/shared/api';
import { openCsv, registerDataset, summary, tableRoles } from '../../../learning/datasets/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

/** Read while others wait for an answer: more than this is for the command line, which reads it where it lies. */
const MAX_CSV = 8 * 1024 * 1024;

const body = z.strictObject({
  name: datasetBody.shape.name,
  source: z.string().min(1).max(256).describe('What the file is called.'),
  csv: z.string().min(1).max(MAX_CSV).describe('Its text, UTF-8, with a header.'),
  roles: tableRoles,
});

/** A table as it lies on somebody's desk: read here by roles, as the command line reads it there. */
export function addTables(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets/tables',
      request: jsonBody(body),
      responses: replies('read and registered, or already known', registeredDatasetView),
    }),
    async (context) => {
      const dataset = await openCsv(context.req.valid('json'));
      const registered = await registerDataset(fleet, context.get('actor'), dataset);
      return context.json({ ...registered, summary: summary(dataset) }, 200);
    },
  );
}
