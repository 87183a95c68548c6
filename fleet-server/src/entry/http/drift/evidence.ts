import { createRoute, z } from '@hono/zod-openapi';
import {
  listFindings,
  listHolds,
  listRefusals,
  mergedWindows,
  SCOPES,
  takeEvidence,
} from '../../../insight/drift/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, plain, replies } from '../routes/reply.ts';

const ofLine = z.object({ line: z.string() });
const ms = z.coerce.number().int().nonnegative();
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const findingQuery = z.strictObject({
  version: z.string().optional(),
  kind: z.string().optional(),
  /** Alarms alone, or what was no alarm. */
  alarm: flag.optional(),
  /** Changes that last alone. */
  standing: flag.optional(),
  from: ms.optional(),
  to: ms.optional(),
  limit: z.coerce.number().int().positive().max(1000).default(200),
});

const windowQuery = z.strictObject({
  version: z.string(),
  by: z.enum(SCOPES).default('fleet'),
  id: z.string().optional(),
  from: ms.default(0),
  to: ms.default(Number.MAX_SAFE_INTEGER),
  /** One window for all of the time. */
  whole: flag.default(false),
});

/** What devices counted, what was found in it, what is held back from training, and what was not counted. */
export function addDriftEvidence(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/findings',
      request: { params: ofLine, query: findingQuery },
      responses: replies('newest first', z.object({ findings: z.array(document) })),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      const findings = await listFindings(db, { line, ...context.req.valid('query') });
      return context.json({ findings: findings.map(plain) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/windows',
      description: 'Exact counts of a version, added up by part of the fleet and period.',
      request: { params: ofLine, query: windowQuery },
      responses: replies('in order of time', z.object({ windows: z.array(document) })),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      const query = context.req.valid('query');
      await getModel(db, line, query.version);
      await takeEvidence(fleet);
      const windows = await mergedWindows(db, { line, ...query });
      return context.json({ windows: windows.map(plain) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/holds',
      request: { params: ofLine },
      responses: replies('oldest first', z.object({ holds: z.array(document) })),
    }),
    async (context) => context.json({ holds: (await listHolds(db, context.req.valid('param').line)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/evidence/refusals',
      request: { query: z.strictObject({ device: z.string().optional(), line: z.string().optional() }) },
      responses: replies('newest first', z.object({ refusals: z.array(document) })),
    }),
    async (context) => context.json({ refusals: (await listRefusals(db, context.req.valid('query'))).map(plain) }, 200),
  );
}
