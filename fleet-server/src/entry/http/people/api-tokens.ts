import { createRoute, z } from '@hono/zod-openapi';
import {
  actorOf,
  createApiToken,
  listApiTokens,
  MOST_TOKEN_DAYS,
  reachOf,
  revokeApiToken,
  type Principal,
} from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';
import { shownToken } from './assignment.ts';

const path = '/api/v1/api-tokens';
const newToken = z.strictObject({
  name: z.string().min(1).max(64),
  scopes: z.array(z.string().max(64)).min(1).max(64),
  days: z.number().positive().max(MOST_TOKEN_DAYS).default(90),
});

const madeToken = z.object({ id: z.string(), token: z.string(), expiresAt: z.number() });

/** Tokens of programs: everybody's own, and everybody's for an admin. */
export function addApiTokens(app: App, { database }: Fleet, now: () => number): void {
  app.openapi(
    createRoute({
      method: 'get',
      path,
      responses: replies('one’s own; all of them for an admin', z.object({ tokens: z.array(shownToken) })),
    }),
    async (context) => {
      const tokens = await listApiTokens(database.db, onlyOf(context.get('principal')));
      return context.json({ tokens }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path,
      request: jsonBody(newToken),
      responses: replies('the token, shown this once', madeToken),
    }),
    async (context) => {
      const wanted = { ...context.req.valid('json'), now: now() };
      const made = await database.transaction((tx) => createApiToken(tx, context.get('principal'), wanted));
      return context.json(made, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: `${path}/{id}`,
      request: { params: z.object({ id: z.string() }) },
      responses: replies('opens nothing any more', z.object({ id: z.string() })),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const order = { id, user: onlyOf(context.get('principal')), now: now() };
      await database.transaction((tx) => revokeApiToken(tx, context.get('actor'), order));
      return context.json({ id }, 200);
    },
  );
}

/** Whose tokens somebody may see and revoke: undefined is everybody's. */
function onlyOf(principal: Principal): string | undefined {
  return reachOf(principal, 'access:admin') === 'all' ? undefined : principal.actor.slice(actorOf('').length);
}
