import { createRoute, z } from '@hono/zod-openapi';
import { predictionsView, scoringBundleView } from '@plumbline/shared/api/learning';
import { problemOf } from '@plumbline/shared/api';
import { codeOf } from '@plumbline/shared/errors';
import {
  askedRecord,
  builderKeys,
  createScorerPool,
  MAX_REASONS,
  MAX_RECORDS,
  parseReference,
  predict,
  resolveBundle,
} from '../../../learning/scoring/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const DEFAULT_REASONS = 3;
const AGAIN_AFTER_S = 1;

const question = z.strictObject({
  records: z.array(askedRecord).min(1).max(MAX_RECORDS),
  /** `true` for three a record. */
  reasons: z
    .union([z.boolean(), z.number().int().min(0).max(MAX_REASONS)])
    .default(false)
    .transform((wanted) => (typeof wanted === 'number' ? wanted : wanted ? DEFAULT_REASONS : 0)),
});

/** Predictions for planners without a gateway, and which bundle a reference means. */
export function addPredict(app: App, fleet: Fleet): void {
  const { database, artifacts, lab, now } = fleet;
  const pool = createScorerPool({ database, artifacts, lab });
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/models/{model}/predict',
      request: { params: z.object({ model: z.string() }), ...jsonBody(question) },
      responses: replies('one prediction a record, in order; 429 while too many wait', predictionsView),
    }),
    async (context) => {
      const model = parseReference(context.req.valid('param').model);
      const order = { model, ...context.req.valid('json') };
      try {
        return context.json(await predict({ database, pool, now }, context.get('actor'), order), 200);
      } catch (error) {
        if (codeOf(error) !== 'scoring_busy') throw error;
        const body = JSON.stringify({ ...problemOf(error), status: 429 });
        const headers = { 'content-type': 'application/problem+json', 'retry-after': String(AGAIN_AFTER_S) };
        // Outside the described replies, as the rate limits are.
        return context.body(body, 429, headers) as never;
      }
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/scoring/bundle',
      request: { query: z.strictObject({ model: z.string(), variant: z.string().optional() }) },
      responses: replies(
        'the bundle that a reference means now, and the keys that may have sealed it',
        scoringBundleView,
      ),
    }),
    async (context) => {
      const { model, variant } = context.req.valid('query');
      const bundle = await resolveBundle(database.db, parseReference(model), { variant });
      const sealKeys = (await builderKeys(database.db))(bundle.line);
      return context.json({ ...bundle, sealKeys }, 200);
    },
  );
}
