import { createRoute, z } from '@hono/zod-openapi';
import {
  AccessError,
  actorOf,
  changePassword,
  endSession,
  isNew,
  issueSetupCode,
  PERMISSIONS,
  permissionsOf,
  redeemCode,
  signInByPassword,
  type OpenedSession,
} from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';
import { showAssignment, shownAssignment } from './assignment.ts';
import { setSessionCookie } from '../access/cookie.ts';
import { refuseForeignPage } from '../access/origin.ts';
import { limitSignIn, type Attempt } from './sign-in.ts';

const text = z.string().min(1).max(1024);
const credentials = z.strictObject({ name: text, password: text });
const opened = z.object({ name: z.string(), csrf: z.string() });
const whoAsks = z.object({
  actor: z.string(),
  by: z.enum(['owner', 'operator', 'token', 'session']),
  assignments: z.array(shownAssignment),
  /** What they may, on one site at least. */
  permissions: z.array(z.enum(PERMISSIONS)),
  /** What a change has to repeat in `x-plumbline-csrf`; null where a token signs. */
  csrf: z.string().nullable(),
  /** Whether they have a password here, by which they could sign in and which they may change. */
  hasPassword: z.boolean(),
});

/** Who is at the browser: the first user, coming in, who one is, going out. */
export function addSessions(app: App, fleet: Fleet, now: () => number): void {
  const attempt = limitSignIn(fleet, now);
  addSetup(app, fleet, now, attempt);
  addSignIn(app, fleet, now, attempt);
}

function addSetup(app: App, fleet: Fleet, now: () => number, attempt: Attempt): void {
  const { database } = fleet;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/setup',
      responses: replies('whether the first user is waited for', z.object({ needed: z.boolean() })),
    }),
    async (context) => context.json({ needed: await isNew(database.db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/setup',
      description: 'Takes a one-time code: of `plumbline setup` for the first user, or of an admin for a new password.',
      request: jsonBody(credentials.extend({ code: text })),
      responses: replies('may sign in now', z.object({ name: z.string() })),
    }),
    async (context) => {
      refuseForeignPage(context);
      refusePasswords(fleet);
      const given = context.req.valid('json');
      return (await attempt(context, `code:${given.name}`, async () =>
        context.json(await redeemCode({ database, now }, given), 200),
      )) as never;
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/setup/codes',
      responses: replies('the code for the first user', z.object({ code: z.string(), expiresAt: z.number() })),
    }),
    async (context) =>
      context.json(await database.transaction((tx) => issueSetupCode(tx, context.get('actor'), now())), 200),
  );
}

function addSignIn(app: App, fleet: Fleet, now: () => number, attempt: Attempt): void {
  const { database } = fleet;
  const path = '/api/v1/session';
  app.openapi(
    createRoute({
      method: 'post',
      path,
      request: jsonBody(credentials),
      responses: replies('signed in; the cookie carries the session', opened),
    }),
    async (context) => {
      refuseForeignPage(context);
      refusePasswords(fleet);
      const given = context.req.valid('json');
      return (await attempt(context, given.name, async () => {
        const session = await signInByPassword({ database, now }, given);
        setSessionCookie(context, fleet, session.id);
        return context.json(shown(session), 200);
      })) as never;
    },
  );
  app.openapi(
    createRoute({ method: 'get', path, responses: replies('who asks, and what they may', whoAsks) }),
    async (context) => {
      const { actor, assignments, by } = context.get('principal');
      const { csrf = null, hasPassword = false } = context.get('session') ?? {};
      const permissions = permissionsOf(context.get('principal'));
      return context.json(
        { actor, by, assignments: assignments.map(showAssignment), permissions, csrf, hasPassword },
        200,
      );
    },
  );
  app.openapi(
    createRoute({ method: 'delete', path, responses: replies('signed out', z.object({ actor: z.string() })) }),
    async (context) => {
      const { id, name } = ownSession(context.get('session'));
      await database.transaction((tx) => endSession(tx, id));
      setSessionCookie(context, fleet, undefined);
      return context.json({ actor: actorOf(name) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: `${path}/password`,
      request: jsonBody(z.strictObject({ password: text, next: text })),
      responses: replies('changed; every other session has ended', opened),
    }),
    async (context) => {
      const { name } = ownSession(context.get('session'));
      refusePasswords(fleet);
      return (await attempt(context, name, async () => {
        const session = await changePassword({ database, now }, { name, ...context.req.valid('json') });
        setSessionCookie(context, fleet, session.id);
        return context.json(shown(session), 200);
      })) as never;
    },
  );
}

/** @throws AccessError `passwords_off` */
function refusePasswords({ signInBy }: Fleet): void {
  if (signInBy?.settings.passwords !== 'off') return;
  throw new AccessError('passwords_off', 'nobody signs in here by a password', {
    kind: 'forbidden',
    field: 'password',
    expected: `${signInBy.settings.name}: GET /api/v1/session/identity`,
  });
}

/** The id is for the cookie alone, which no script reads. */
function shown({ name, csrf }: OpenedSession) {
  return { name, csrf };
}

/** @throws HttpError `not_signed_in` for a program with a token */
function ownSession<T>(session: T | undefined): T {
  if (session !== undefined) return session;
  const expected = 'the cookie of POST /api/v1/session';
  throw new HttpError('not_signed_in', 'there is no session', { kind: 'unauthenticated', field: 'session', expected });
}
