import { createRoute, z } from '@hono/zod-openapi';
import {
  automationStop,
  getRetrainPolicy,
  getTurn,
  listRetrainPolicies,
  listTurns,
  orderTurn,
  putRetrainPolicy,
  resumeAutomation,
  stopAutomation,
} from '../../../learning/retraining/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, plain, replies } from '../routes/reply.ts';

const byLine = z.object({ line: z.string() });
const reasonBody = jsonBody(z.strictObject({ reason: z.string().min(1).max(500) }));

/** Retraining: policies by line, turns and what came of them, and the switch over everything automatic. */
export function addRetraining(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/retraining/policies',
      request: jsonBody(document),
      responses: replies('as it is now', document),
    }),
    async (context) =>
      context.json(plain(await putRetrainPolicy(fleet, context.get('actor'), context.req.valid('json'))), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/policies',
      responses: replies('all policies, by line', z.object({ policies: z.array(document) })),
    }),
    async (context) => context.json({ policies: (await listRetrainPolicies(db)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/policies/{line}',
      request: { params: byLine },
      responses: replies('the policy of a line', document),
    }),
    async (context) => context.json(plain(await getRetrainPolicy(db, context.req.valid('param').line)), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/retraining/{line}/turns',
      request: { params: byLine },
      responses: replies('a turn that is examined at the next look', document),
    }),
    async (context) =>
      context.json(plain(await orderTurn(fleet, context.get('actor'), context.req.valid('param').line)), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/turns',
      request: { query: z.object({ line: z.string().optional() }) },
      responses: replies('turns, the newest first', z.object({ turns: z.array(document) })),
    }),
    async (context) => context.json({ turns: (await listTurns(db, context.req.valid('query').line)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/retraining/turns/{turn}',
      request: { params: z.object({ turn: z.string() }) },
      responses: replies('one turn', document),
    }),
    async (context) => context.json(plain(await getTurn(db, context.req.valid('param').turn)), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/automation',
      responses: replies(
        'why nothing begins by itself; null while everything may',
        z.object({ stop: document.nullable() }),
      ),
    }),
    async (context) => {
      const stop = await automationStop(db);
      return context.json({ stop: stop === undefined ? null : plain(stop) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/automation/stop',
      request: reasonBody,
      responses: replies('stopped', document),
    }),
    async (context) => {
      const { reason } = context.req.valid('json');
      return context.json(plain(await stopAutomation(fleet, context.get('actor'), reason)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/automation/resume',
      request: reasonBody,
      responses: replies('goes on', z.object({ stop: document.nullable() })),
    }),
    async (context) => {
      await resumeAutomation(fleet, context.get('actor'), context.req.valid('json').reason);
      const stop = await automationStop(db);
      return context.json({ stop: stop === undefined ? null : plain(stop) }, 200);
    },
  );
}
