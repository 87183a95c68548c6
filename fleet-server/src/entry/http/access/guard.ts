import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import {
  findSession,
  permissionsOf,
  principalOfToken,
  reachOf,
  type Permission,
  type Principal,
} from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App, type Variables } from '../edge.ts';
import { sessionCookie } from './cookie.ts';
import { narrowAnswer } from './narrow.ts';
import { refuseForged } from './origin.ts';
import { CHECKS } from './reach.ts';
import { nameOfRoute, ROUTE_RULES, type RouteRule } from './route-permissions.ts';

type GuardContext = Context<{ Variables: Variables }>;

/** A route without a line in the table is for nobody else. */
const UNLISTED: RouteRule = { permission: 'access:admin', reach: 'all' };
const API = '/api/v1/';

/**
 * Who asks, whether they may, and on which sites: before any route of the API, by the one table.
 * @param now of people, ms: also where a replay drives the clock of everything else
 */
export function guardRoutes(fleet: Fleet, now: () => number): MiddlewareHandler<{ Variables: Variables }> {
  return async (context, next) => {
    const route = routeOf(context);
    const rule = route === undefined ? undefined : (ROUTE_RULES.get(route.name) ?? UNLISTED);
    if (rule?.reach === 'open') return next();
    const principal = await identify(fleet, context, now);
    context.set('principal', principal);
    context.set('actor', principal.actor);
    // Nothing is there; whoever is signed in is told so.
    if (rule === undefined || route === undefined) return next();
    const permission = permissionOf(rule, route.parameters);
    const reach = permission === null ? 'all' : reachOf(principal, permission);
    if (permission !== null && reach.length === 0) throw notPermitted(principal, permission);
    context.set('reach', reach);
    if (reach === 'all') return next();
    const asked = { fleet, context, parameters: route.parameters, sites: reach };
    await CHECKS[rule.reach](asked);
    await next();
    await narrowAnswer(asked, rule.reach);
  };
}

/** @throws HttpError `route_without_permission`: nobody adds a route and forgets whose it is */
export function refuseUnlisted(app: App): void {
  for (const { method, path } of app.routes) {
    if (method === 'ALL' || !path.startsWith(API) || ROUTE_RULES.has(nameOfRoute(method, path))) continue;
    throw new HttpError('route_without_permission', `${method} ${path} has no line in the table of permissions`, {
      kind: 'internal',
      field: 'route',
      expected: 'a line in entry/http/access/route-permissions.ts',
    });
  }
}

async function identify(fleet: Fleet, context: GuardContext, now: () => number): Promise<Principal> {
  const { database, operatorToken } = fleet;
  const authorization = context.req.header('authorization');
  const id = authorization === undefined ? sessionCookie(context, fleet) : undefined;
  if (id !== undefined) {
    const session = await findSession(database, id, now());
    if (session === undefined) throw unknown('session_over', 'the session is over', 'session');
    const { name, csrf, hasPassword, principal } = session;
    if (!isReading(context)) refuseForged(context, csrf);
    context.set('session', { id, name, csrf, hasPassword });
    return principal;
  }
  const [, token = ''] = /^Bearer (.+)$/.exec(authorization ?? '') ?? [];
  const principal = await principalOfToken({ database, now }, operatorToken, token);
  if (principal === undefined) throw unknown('not_signed_in', 'a bearer token or a session is needed', 'authorization');
  return principal;
}

function isReading({ req }: Context): boolean {
  return req.method === 'GET' || req.method === 'HEAD';
}

/** The route that will answer: of those that match the first which is no middleware. */
function routeOf(context: Context): { name: string; parameters: Record<string, string> } | undefined {
  const method = context.req.method === 'HEAD' ? 'GET' : context.req.method;
  const found = matchedRoutes(context).find((route) => route.method === method);
  if (found === undefined) return undefined;
  const given = context.req.path.split('/');
  const parameters: Record<string, string> = {};
  for (const [index, segment] of found.path.split('/').entries()) {
    if (segment.startsWith(':')) parameters[segment.slice(1)] = decoded(given[index] ?? '');
  }
  return { name: nameOfRoute(found.method, found.path), parameters };
}

/** As Hono gives it to the route: what is no percent-encoding stays as it stands. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function permissionOf({ permission, orders }: RouteRule, parameters: Record<string, string>): Permission | null {
  return (orders && orders.permissions[parameters[orders.parameter] ?? '']) ?? permission;
}

function unknown(code: 'not_signed_in' | 'session_over', message: string, field: string): HttpError {
  return new HttpError(code, message, { kind: 'unauthenticated', field });
}

function notPermitted(principal: Principal, permission: Permission): HttpError {
  return new HttpError('not_permitted', `${principal.actor} may not: ${permission} is needed`, {
    kind: 'forbidden',
    field: 'role',
    expected: `${permission}; held are ${permissionsOf(principal).join(', ') || 'none'}`,
  });
}
