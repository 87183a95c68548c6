import { createRoute, z } from '@hono/zod-openapi';
import {
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  listRollouts,
  parsePlan,
  pauseRollout,
  resumeRollout,
  revertRollout,
  startRollout,
  stopRollout,
  type RolloutDeps,
} from '../../../delivery/rollouts/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, plain, replies } from './reply.ts';

const order = z.strictObject({
  reason: z.string().max(512).default('no reason given'),
  expectedRevision: z.number().int().optional(),
});
const byId = { params: z.object({ id: z.string() }) };

/** Rollouts: a plan is written down, started, watched, and stopped at any time. */
export function addRollouts(app: App, fleet: Fleet): void {
  const deps: RolloutDeps = fleet;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rollouts',
      request: jsonBody(document),
      responses: replies('a draft', z.object({ id: z.string() })),
    }),
    async (context) =>
      context.json({ id: await createRollout(deps, context.get('actor'), parsePlan(context.req.valid('json'))) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts',
      responses: replies('newest first', z.object({ rollouts: z.array(document) })),
    }),
    async (context) => context.json({ rollouts: (await listRollouts(fleet.database.db)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts/{id}',
      request: byId,
      responses: replies('one rollout, its devices and decisions', document),
    }),
    async (context) => {
      const rollout = await getRollout(deps.database.db, context.req.valid('param').id);
      const members = await listMembers(deps.database.db, rollout.id);
      return context.json(
        plain({ ...rollout, members, decisions: await listDecisions(deps.database.db, rollout.id) }),
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rollouts/{id}/{order}',
      request: {
        params: z.object({ id: z.string(), order: z.enum(['start', 'pause', 'resume', 'stop', 'revert']) }),
        ...jsonBody(order),
      },
      responses: replies('as it then is', document),
    }),
    async (context) => {
      const { id, order: word } = context.req.valid('param');
      const { reason, expectedRevision } = context.req.valid('json');
      const given = { reason, ...(expectedRevision === undefined ? {} : { expectedRevision }) };
      const orders = {
        start: () => startRollout(deps, context.get('actor'), id),
        pause: () => pauseRollout(deps, context.get('actor'), id, given),
        resume: () => resumeRollout(deps, context.get('actor'), id),
        stop: () => stopRollout(deps, context.get('actor'), id, given),
        revert: () => revertRollout(deps, context.get('actor'), id, given),
      };
      return context.json(plain(await orders[word]()), 200);
    },
  );
}
