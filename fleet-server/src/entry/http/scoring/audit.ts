import { createRoute, z } from '@hono/zod-openapi';
import { predictionAuditView } from '@plumbline/shared/api/learning';
import { replayPrediction } from '../../../learning/scoring/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { replies } from '../routes/reply.ts';

const byReference = z.strictObject({
  ref: z.string().min(1).max(256),
  site: z.string().optional(),
  device: z.string().optional(),
  line: z.string().optional(),
});

/** Which model said that, from what, approved by whom, and would it say it again. */
export function addPredictionAudit(app: App, fleet: Fleet): void {
  const described = 'the verdict, what was asked and answered again, and dataset → run → signers → rollout → device';
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/predictions/audit',
      request: { query: byReference },
      responses: replies(`by the reference of its caller: ${described}`, predictionAuditView),
    }),
    async (context) => context.json(await replayPrediction(fleet, context.req.valid('query')), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/predictions/{id}/audit',
      request: { params: z.object({ id: z.string() }) },
      responses: replies(described, predictionAuditView),
    }),
    async (context) => context.json(await replayPrediction(fleet, context.req.valid('param')), 200),
  );
}
