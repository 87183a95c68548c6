import { createRoute, z } from '@hono/zod-openapi';
import { operatorView } from '@plumbline/shared/api/platform';
import { addOperator, listOperators, removeOperator } from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

/** Operators: who may act here, each under a name of their own. */
export function addOperators(app: App, fleet: Fleet): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/operators',
      responses: replies(
        'all operators, and who asks',
        z.object({ you: z.string(), operators: z.array(operatorView) }),
      ),
    }),
    async (context) => {
      const all = await listOperators(database.db);
      return context.json({ you: context.get('actor'), operators: all }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/operators',
      request: jsonBody(z.strictObject({ name: z.string() })),
      responses: replies('the token, shown this once', z.object({ name: z.string(), token: z.string() })),
    }),
    async (context) => {
      const { name } = context.req.valid('json');
      const added = await database.transaction((tx) => addOperator(tx, context.get('actor'), name));
      return context.json(added, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/operators/{name}',
      request: { params: z.object({ name: z.string() }) },
      responses: replies('out', z.object({ name: z.string() })),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      await database.transaction((tx) => removeOperator(tx, context.get('actor'), name));
      return context.json({ name }, 200);
    },
  );
}
