import { createRoute, z } from '@hono/zod-openapi';
import { rolloutPolicyView } from '@plumbline/shared/api/delivery';
import { getPolicy, listPolicies, putPolicy, removePolicy } from '../../../delivery/rollouts/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const path = '/api/v1/policies/{name}';
const params = z.object({ name: z.string() });
const revision = z.number().int().nonnegative();

/** Policies: what rollouts take over by name. */
export function addPolicies(app: App, fleet: Fleet): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/policies',
      responses: replies('all policies', z.object({ policies: z.array(rolloutPolicyView) })),
    }),
    async (context) => context.json({ policies: await listPolicies(database.db) }, 200),
  );
  app.openapi(
    createRoute({ method: 'get', path, request: { params }, responses: replies('one policy', rolloutPolicyView) }),
    async (context) => context.json(await getPolicy(database.db, context.req.valid('param').name), 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path,
      request: { params, ...jsonBody(z.strictObject({ spec: z.unknown(), expectedRevision: revision.optional() })) },
      responses: replies('as it then is', rolloutPolicyView),
    }),
    async (context) => {
      const change = { ...context.req.valid('param'), ...context.req.valid('json') };
      const written = await database.transaction((tx) =>
        putPolicy(tx, context.get('actor'), { ...change, spec: change.spec }),
      );
      return context.json(written, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path,
      request: { params, query: z.object({ expectedRevision: z.coerce.number().int().nonnegative().optional() }) },
      responses: replies('gone', z.object({ name: z.string() })),
    }),
    async (context) => {
      const order = { ...context.req.valid('param'), ...context.req.valid('query') };
      await database.transaction((tx) => removePolicy(tx, context.get('actor'), order));
      return context.json({ name: order.name }, 200);
    },
  );
}
