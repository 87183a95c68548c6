import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { problemOf } from '@plumbline/shared/api';
import { CodedError } from '@plumbline/shared/errors';
import { createAttempts } from '../attempts.ts';

export class RateLimitError extends CodedError<'rate_limited'> {
  override readonly name = 'RateLimitError';
}

export interface RateLimitOptions {
  now: () => number;
  /** Told once in a quiet while that a limit was reached, for the audit; never once per request. */
  onLimited: (what: { route: string; from: string }) => Promise<void>;
}

/** Per remote address: ten wrong attempts, then six a minute. A site behind one address enrols hundreds: those count nothing. */
const PER_ADDRESS = { burst: 10, intervalMs: 10_000 };
/** From everywhere: what checking signatures may cost in the worst case. */
const OVERALL = { burst: 300, intervalMs: 200 };
const TELL_AGAIN = { burst: 1, intervalMs: 600_000 };
const EVERYBODY = 'everybody';

/**
 * Slows down whoever is refused again and again, on a route that a stranger may call. An attempt counts while it is
 * checked and stays counted when it was refused; what succeeds is given back. 429 carries `Retry-After` (RFC 6585).
 */
export function limitAttempts(route: string, { now, onLimited }: RateLimitOptions): MiddlewareHandler {
  const perAddress = createAttempts(now, PER_ADDRESS);
  const overall = createAttempts(now, OVERALL);
  const told = createAttempts(now, TELL_AGAIN);
  return async (context, next) => {
    const from = remoteAddress(context);
    const name = networkOf(from);
    let waitMs = perAddress.take(name);
    if (waitMs === 0) {
      waitMs = overall.take(EVERYBODY);
      if (waitMs > 0) perAddress.giveBack(name);
    }
    if (waitMs > 0) {
      if (told.take(name) === 0) await onLimited({ route, from });
      return tooMany(context, waitMs);
    }
    await next();
    if (context.res.status >= 400 && context.res.status < 500) return;
    perAddress.giveBack(name);
    overall.giveBack(EVERYBODY);
  };
}

/** `unknown` where no socket stands behind the request, as in a test. */
export function remoteAddress(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Whoever has one IPv6 address has 2^64 of them, so a /64 counts as one; an IPv4 address may come mapped. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const whole = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail?.split(':') ?? [])];
  return `${whole
    .slice(0, 4)
    .map((group) => parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}

/** 429 with `Retry-After`, RFC 6585. */
export function tooMany(context: Context, waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1000);
  const error = new RateLimitError('rate_limited', `too many attempts; again in ${seconds} s`, {
    kind: 'unavailable',
    field: 'address',
    expected: `a pause of ${seconds} s`,
  });
  const body = JSON.stringify({ ...problemOf(error), status: 429 });
  return context.body(body, 429, { 'content-type': 'application/problem+json', 'retry-after': String(seconds) });
}
