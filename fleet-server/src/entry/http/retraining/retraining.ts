import { createRoute, z } from '@hono/zod-openapi';
import {
  automationStopView,
  retrainPolicyPutView,
  retrainPolicyView,
  retrainTurnView,
} from '@plumbline/shared/api/learning';
import {
  automationStop,
  getRetrainPolicy,
  getTurn,
  listRetrainPolicies,
  orderTurn,
  putRetrainPolicy,
  resumeAutomation,
  stopAutomation,
  turnPage,
  warningsOfPolicy,
} from '../../../learning/retraining/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { document, jsonBody, replies } from '../routes/reply.ts';

const byLine = z.object({ line: z.string() });
/** Of what is there now; 0: nothing is. */
const revision = z.coerce.number().int().nonnegative();
const reasonBody = jsonBody(z.strictObject({ reason: z.string().min(1).max(500) }));

/** Retraining: policies by line, turns and what came of them, and the switch over everything automatic. */
export function addRetraining(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/retraining/policies',
      request: { query: z.strictObject({ expectedRevision: revision.optional() }), ...jsonBody(document) },
      responses: replies('as it is now, and what does not happen any more', retrainPolicyPutView),
    }),
    async (context) => {
      const { expectedRevision } = context.req.valid('query');
      const put = await putRetrainPolicy(fleet, context.get('actor'), context.req.valid('json'), expectedRevision);
      return context.json({ ...put, warnings: await warningsOfPolicy(db, put.policy.spec) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/policies',
      description: 'Whole: there is one for each line of models at most, and lines are delegated by the offline keys.',
      responses: replies('all policies, by line', z.object({ policies: z.array(retrainPolicyView) })),
    }),
    async (context) => context.json({ policies: await listRetrainPolicies(db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/policies/{line}',
      request: { params: byLine },
      responses: replies('the policy of a line', retrainPolicyView),
    }),
    async (context) => context.json(await getRetrainPolicy(db, context.req.valid('param').line), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/retraining/{line}/turns',
      request: { params: byLine },
      responses: replies('a turn that is examined at the next look', retrainTurnView),
    }),
    async (context) => context.json(await orderTurn(fleet, context.get('actor'), context.req.valid('param').line), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/turns',
      request: { query: z.strictObject({ line: z.string().optional(), ...paging }) },
      responses: replies(
        'a page of turns, the newest first',
        z.object({ turns: z.array(retrainTurnView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await turnPage(db, filter, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/turns/{turn}',
      request: { params: z.object({ turn: z.string() }) },
      responses: replies('one turn', retrainTurnView),
    }),
    async (context) => context.json(await getTurn(db, context.req.valid('param').turn), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/automation',
      responses: replies(
        'why nothing begins by itself; null while everything may',
        z.object({ stop: automationStopView.nullable() }),
      ),
    }),
    async (context) => {
      const stop = await automationStop(db);
      return context.json({ stop: stop === undefined ? null : stop }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/automation/stop',
      request: reasonBody,
      responses: replies('stopped', automationStopView),
    }),
    async (context) => {
      const { reason } = context.req.valid('json');
      return context.json(await stopAutomation(fleet, context.get('actor'), reason), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/automation/resume',
      request: reasonBody,
      responses: replies('goes on', z.object({ stop: automationStopView.nullable() })),
    }),
    async (context) => {
      await resumeAutomation(fleet, context.get('actor'), context.req.valid('json').reason);
      const stop = await automationStop(db);
      return context.json({ stop: stop === undefined ? null : stop }, 200);
    },
  );
}
