import type { MiddlewareHandler } from 'hono';
import { NodeAgentError } from '../errors.ts';
import { isLoopback } from '../link/secure-url.ts';

/**
 * Programs on this machine may ask; web pages open in a browser on it may not, whatever name they gave to 127.0.0.1.
 * Refuses foreign `Host` names (DNS rebinding) and anything sent for a page of another origin.
 */
export const localOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? '';
  const origin = context.req.header('origin');
  if (!isLocal(`http://${host}`)) throw refused('Host', host);
  if (origin !== undefined && !isLocal(origin)) throw refused('Origin', origin);
  await next();
};

function isLocal(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

function refused(field: string, value: string): NodeAgentError {
  return new NodeAgentError('request_not_local', `${field}: ${JSON.stringify(value)}`, {
    kind: 'forbidden',
    field,
    expected: 'a name of loopback, such as 127.0.0.1',
  });
}
