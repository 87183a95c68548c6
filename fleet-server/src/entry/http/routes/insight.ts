import { createRoute, z } from '@hono/zod-openapi';
import { list as listAudit, verifyChain } from '../../../platform/audit/index.ts';
import { countTelemetry, exportPage, listStreams } from '../../../insight/telemetry/index.ts';
import { listVerdicts } from '../../../insight/drift/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, plain, replies } from './reply.ts';

const PAGE = 1000;

/** What the fleet said: counts, rows, drift, and the audit trail. */
export function addInsight(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({ method: 'get', path: '/api/v1/telemetry/counts', responses: replies('rows by kind', document) }),
    async (context) => context.json(plain(await countTelemetry(db)), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/streams',
      responses: replies('all streams', z.object({ streams: z.array(document) })),
    }),
    async (context) => context.json({ streams: (await listStreams(db)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/export',
      request: {
        query: z.object({ stream: z.string().default(''), seq: z.coerce.number().int().nonnegative().default(0) }),
      },
      responses: replies(
        'rows after the cursor, in order of stream and seq',
        z.object({ rows: z.array(document), next: document.nullable() }),
      ),
    }),
    async (context) => {
      const rows = await exportPage(db, context.req.valid('query'), PAGE);
      const last = rows.at(-1);
      const next = rows.length < PAGE || last === undefined ? null : { stream: last.stream, seq: last.seq };
      return context.json(
        { rows: rows.map((row) => plain({ ...row, body: JSON.parse(row.body) as unknown })), next },
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}',
      request: { params: z.object({ line: z.string() }) },
      responses: replies('verdicts, oldest first', z.object({ verdicts: z.array(document) })),
    }),
    async (context) =>
      context.json({ verdicts: (await listVerdicts(db, context.req.valid('param').line)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({ method: 'get', path: '/api/v1/audit', responses: replies('the newest rows', document) }),
    async (context) => context.json(plain({ ...(await listAudit(db)), chain: await verifyChain(db) }), 200),
  );
}
