import { getConnInfo } from '@hono/node-server/conninfo';
import { problemOf } from '@plumbline/shared/api';
import { isCodedError } from '@plumbline/shared/errors';
import type { Context, MiddlewareHandler } from 'hono';
import { NodeAgentError } from '../errors.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import type { Tokens } from './tokens.ts';

export interface GuardDeps {
  tokens: Tokens;
  failures: FailedAttempts;
  /** @returns the name of a device of this site that signs that it is one; throws when it is none */
  device: (token: string) => string;
  /** Web origins whose pages may ask, such as `https://dashboard.site`. */
  origins: readonly string[];
}

const READING = new Set(['GET', 'HEAD']);
const CREDENTIALS = /^(Bearer|Device) +([\w~.+/=-]+)$/i;
/** What other devices of the site are given: bundles that prove themselves, and the log of their own site. */
const FOR_DEVICES = /^\/v1\/(?:bundles\/[0-9a-f]{64}|site-log)$/;
const PREFLIGHT_S = 600;

/**
 * On the site network: a token for everything but that the agent runs, and pages of listed origins only. Who sends
 * wrong tokens is not listened to for a minute.
 */
export function lanGuard({ tokens, device, failures, origins }: GuardDeps): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin');
    if (origin !== undefined) {
      if (!origins.includes(origin)) throw foreign(origin);
      context.header('access-control-allow-origin', origin);
      context.header('vary', 'Origin');
      if (context.req.method === 'OPTIONS') return preflight(context);
    }
    const [, scheme, given] = CREDENTIALS.exec(context.req.header('authorization') ?? '') ?? [];
    if (given === undefined && /^\/v1\/health(?:\/live)?$/.test(context.req.path)) {
      return context.json({ status: 'running' });
    }
    const address = addressOf(context);
    const blockedMs = failures.blockedMs(address);
    if (blockedMs > 0) return tooMany(context, blockedMs);
    if (given === undefined) throw unauthenticated('token_missing', 'no token');
    if (scheme?.toLowerCase() === 'device') {
      admitDevice(
        context,
        () => device(given),
        () => failures.add(address),
      );
      return next();
    }
    const token = tokens.find(given);
    if (token === undefined) {
      failures.add(address);
      throw unauthenticated('token_unknown', 'not a token of this agent');
    }
    if (token.scope === 'read' && !READING.has(context.req.method)) {
      throw new NodeAgentError('scope_missing', `the token of ${token.name} may read only`, {
        kind: 'forbidden',
        field: 'Authorization',
        expected: 'a token of scope write',
      });
    }
    await next();
  };
}

/** It may read what its site has, and nothing else. */
function admitDevice(context: Context, check: () => string, failed: () => void): void {
  let name: string;
  try {
    name = check();
  } catch (cause) {
    failed();
    // What a signature is judged by comes from several rooms: here it is one refusal.
    const field = isCodedError(cause) ? (cause.field ?? 'token') : 'token';
    throw unauthenticated('token_unknown', `not a device of this site: ${field}`);
  }
  if (READING.has(context.req.method) && FOR_DEVICES.test(context.req.path)) return;
  throw new NodeAgentError('scope_missing', `${name} is a device: it may read bundles and the log of its site`, {
    kind: 'forbidden',
    field: 'Authorization',
    expected: 'GET /v1/bundles/SHA256 or GET /v1/site-log',
  });
}

function preflight(context: Context): Response {
  context.header('access-control-allow-methods', 'GET, POST');
  context.header('access-control-allow-headers', 'Authorization, Content-Type, Last-Event-ID');
  context.header('access-control-max-age', String(PREFLIGHT_S));
  return context.body(null, 204);
}

/** RFC 6585 status 429, which no kind of error stands for elsewhere. */
function tooMany(context: Context, blockedMs: number): Response {
  const error = new NodeAgentError('too_many_failures', 'too many wrong tokens from this address', {
    kind: 'unauthenticated',
    field: 'Authorization',
    expected: 'a pause',
  });
  context.header('retry-after', String(Math.ceil(blockedMs / 1000)));
  context.header('content-type', 'application/problem+json');
  return context.body(JSON.stringify({ ...problemOf(error), status: 429 }), 429);
}

function addressOf(context: Context): string {
  // Without a socket, as in a call from within the process, all callers are one.
  return context.env === undefined || !('incoming' in context.env) ? '' : (getConnInfo(context).remote.address ?? '');
}

function unauthenticated(code: 'token_missing' | 'token_unknown', message: string): NodeAgentError {
  const expected = 'Authorization: Bearer TOKEN, one of the token file';
  return new NodeAgentError(code, message, { kind: 'unauthenticated', field: 'Authorization', expected });
}

function foreign(origin: string): NodeAgentError {
  return new NodeAgentError('request_not_local', `Origin: ${JSON.stringify(origin)}`, {
    kind: 'forbidden',
    field: 'Origin',
    expected: 'an origin given by --allow-origin',
  });
}
