import type { MiddlewareHandler } from 'hono';
import type { Fleet } from '../../fleet.ts';
import { isPlain } from './cookie.ts';

/**
 * Scripts and styles of our own files only. `unsafe-inline` for styles: Mantine sets style attributes, by which nothing
 * is run. `form-action` and `frame-ancestors` do not fall back to `default-src`.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['content-security-policy', CONTENT_SECURITY_POLICY],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
];
const YEAR_S = 31_536_000;

/** On every answer, refusals too. Other origins read nothing, but for the routes of tablet-origins.ts. */
export function securityHeaders(fleet: Fleet): MiddlewareHandler {
  return async (context, next) => {
    await next();
    for (const [name, value] of ALWAYS) if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    if (!isPlain(fleet)) context.res.headers.set('strict-transport-security', `max-age=${YEAR_S}`);
    if (context.req.path.startsWith('/api/') && !context.res.headers.has('cache-control')) {
      context.res.headers.set('cache-control', 'no-store');
    }
  };
}
