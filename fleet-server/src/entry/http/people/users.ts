import { createRoute, z } from '@hono/zod-openapi';
import {
  addUser,
  assignRoles,
  bindIdentity,
  grantsOf,
  listUsers,
  PERMISSIONS,
  removeUser,
  resetPassword,
  ROLES,
  signOutUser,
  type User,
} from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';
import { showAssignment, shownAssignment, shownUser } from './assignment.ts';

const byName = { params: z.object({ name: z.string() }) };
/** The room behind says what is wrong with them. */
const assignments = z.array(z.unknown());
const code = z.object({ name: z.string(), code: z.string(), expiresAt: z.number() });

const shownRole = z.object({ role: z.enum(ROLES), permissions: z.array(z.enum(PERMISSIONS)) });

function showUser(user: User): z.infer<typeof shownUser> {
  return { ...user, assignments: user.assignments.map(showAssignment) };
}

/** Who may use the console, and what they may. */
export function addUsers(app: App, fleet: Fleet, now: () => number): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/access/roles',
      responses: replies('roles with their permissions', z.object({ roles: z.array(shownRole) })),
    }),
    async (context) =>
      context.json({ roles: ROLES.map((role) => ({ role, permissions: [...grantsOf(role)].toSorted() })) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/users',
      responses: replies('by name, those who were removed among them', z.object({ users: z.array(shownUser) })),
    }),
    async (context) => context.json({ users: (await listUsers(database.db)).map(showUser) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/users',
      request: jsonBody(z.strictObject({ name: z.string(), assignments })),
      responses: replies('a code by which they choose their password, shown this once', code),
    }),
    async (context) => {
      const user = { ...context.req.valid('json'), now: now() };
      return context.json(await database.transaction((tx) => addUser(tx, context.get('actor'), user)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/users/{name}/assignments',
      request: { ...byName, ...jsonBody(z.strictObject({ assignments })) },
      responses: replies('as it is from now on', z.object({ name: z.string(), assignments: z.array(shownAssignment) })),
    }),
    async (context) => {
      const change = { ...context.req.valid('param'), ...context.req.valid('json') };
      const changed = await database.transaction((tx) => assignRoles(tx, context.get('actor'), change));
      return context.json({ name: changed.name, assignments: changed.assignments.map(showAssignment) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/users/{name}',
      request: byName,
      responses: replies('out, with every session and token', z.object({ name: z.string() })),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      await database.transaction((tx) => removeUser(tx, context.get('actor'), name));
      return context.json({ name }, 200);
    },
  );
  addOrders(app, fleet, now);
}

function addOrders(app: App, fleet: Fleet, now: () => number): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/users/{name}/identity',
      description: 'Who a user is at the identity provider, by the `sub` that it gives them; null for nobody there.',
      request: { ...byName, ...jsonBody(z.strictObject({ subject: z.string().min(1).max(255).nullable() })) },
      responses: replies('as it is from now on', shownUser.pick({ name: true, identity: true })),
    }),
    async (context) => {
      const { subject } = context.req.valid('json');
      const identity = subject === null ? null : { issuer: issuerOf(fleet), subject };
      const bound = { ...context.req.valid('param'), identity };
      return context.json(await database.transaction((tx) => bindIdentity(tx, context.get('actor'), bound)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/users/{name}/reset',
      request: byName,
      responses: replies('their password is gone; a code makes a new one', code),
    }),
    async (context) => {
      const order = { ...context.req.valid('param'), now: now() };
      return context.json(await database.transaction((tx) => resetPassword(tx, context.get('actor'), order)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/users/{name}/sign-out',
      request: byName,
      responses: replies('out of every browser', z.object({ sessions: z.number() })),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      return context.json(await database.transaction((tx) => signOutUser(tx, context.get('actor'), name)), 200);
    },
  );
}

/** @throws HttpError `no_identity_provider` */
function issuerOf({ signInBy }: Fleet): string {
  if (signInBy !== undefined) return signInBy.settings.issuer;
  const expected = 'PLUMBLINE_OIDC_ISSUER on the server';
  throw new HttpError('no_identity_provider', 'nobody signs in by one', {
    kind: 'conflict',
    field: 'subject',
    expected,
  });
}
