import { createRoute, z } from '@hono/zod-openapi';
import { dataHoldView, evidenceRefusalView, keptFindingView, mergedWindowView } from '@plumbline/shared/api/insight';
import type { Finding } from '@plumbline/shared/drift';
import {
  findingPage,
  listHolds,
  mergedWindows,
  refusalPage,
  requireModel,
  SCOPES,
  takeEvidence,
} from '../../../insight/drift/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { replies } from '../routes/reply.ts';

const ofLine = z.object({ line: z.string() });
const ms = z.coerce.number().int().nonnegative();
/** As `Finding` names them. */
const FINDING_KINDS = [
  'covariate',
  'score',
  'label',
  'concept',
  'estimated',
  'realised',
  'fairness',
  'quality',
  'sequence',
] as const satisfies readonly Finding['kind'][];
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const findingQuery = z.strictObject({
  version: z.string().optional(),
  kind: z.enum(FINDING_KINDS).optional(),
  /** Alarms alone, or what was no alarm. */
  alarm: flag.optional(),
  /** Changes that last alone. */
  standing: flag.optional(),
  from: ms.optional(),
  to: ms.optional(),
  limit: paging.limit.default(200),
  cursor: paging.cursor,
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
      responses: replies(
        'a page, newest first',
        z.object({ findings: z.array(keptFindingView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      const { limit, cursor, ...query } = context.req.valid('query');
      await requireModel(db, line, query.version);
      return context.json(await findingPage(db, { line, ...query }, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/windows',
      description: 'Exact counts of a version, added up by part of the fleet and period.',
      request: { params: ofLine, query: windowQuery },
      responses: replies('in order of time', z.object({ windows: z.array(mergedWindowView) })),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      const query = context.req.valid('query');
      await getModel(db, line, query.version);
      await takeEvidence(fleet);
      const windows = await mergedWindows(db, { line, ...query });
      return context.json({ windows }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}/holds',
      request: { params: ofLine },
      responses: replies('oldest first', z.object({ holds: z.array(dataHoldView) })),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      await requireModel(db, line);
      return context.json({ holds: await listHolds(db, line) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/evidence/refusals',
      request: { query: z.strictObject({ device: z.string().optional(), line: z.string().optional(), ...paging }) },
      responses: replies(
        'a page, newest first',
        z.object({ refusals: z.array(evidenceRefusalView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await refusalPage(db, filter, { limit, cursor }), 200);
    },
  );
}
