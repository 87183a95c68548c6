import type { MiddlewareHandler } from 'hono';

/** What the site app asks a fleet server of another origin: its name, its certificate, and whether anybody is there. */
const ROUTES: Readonly<Record<string, string>> = {
  '/api/v1/health': 'GET',
  '/api/v1/enrol': 'POST',
  '/api/v1/certificates/challenge': 'POST',
  '/api/v1/certificates/renew': 'POST',
};
const PREFLIGHT_MAX_AGE_S = '600';

/**
 * Lets pages of these origins, and no others, read the answers of a device's own routes (Fetch, section 3.2). No cookie
 * travels with them: a one-time token or the device key is what counts there.
 */
export function admitTabletOrigins(origins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const method = ROUTES[context.req.path];
    const origin = context.req.header('origin');
    const isWelcome = method !== undefined && origin !== undefined && origins.includes(origin);
    if (isWelcome && context.req.method === 'OPTIONS') {
      return context.body(null, 204, {
        ...allowing(origin),
        'access-control-allow-methods': method,
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': PREFLIGHT_MAX_AGE_S,
      });
    }
    await next();
    if (isWelcome) for (const [name, value] of Object.entries(allowing(origin))) context.res.headers.set(name, value);
    return undefined;
  };
}

/** Which pages may open a WebSocket here: those of the tablet origins, and our own. */
export function takesOrigin(origins: readonly string[]): (origin: string, host: string | undefined) => boolean {
  return (origin, host) =>
    origins.includes(origin) || (host !== undefined && URL.canParse(origin) && new URL(origin).host === host);
}

function allowing(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}
