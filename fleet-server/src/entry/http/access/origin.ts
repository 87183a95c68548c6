import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { HttpError } from '../edge.ts';

export const CSRF_HEADER = 'x-plumbline-csrf';

/** Whether a page of ours asked: what the browser itself says, which no script can set. */
function isOurOwn(context: Context): boolean | undefined {
  const from = context.req.header('sec-fetch-site');
  const origin = context.req.header('origin');
  if (from === undefined && origin === undefined) return undefined;
  if (from !== undefined && from !== 'same-origin') return false;
  return origin === undefined || origin === new URL(context.req.url).origin || hostOf(origin) === hostAsked(context);
}

/** Behind a proxy that ends TLS the scheme that we see is another one than the browser's. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function hostAsked(context: Context): string {
  return context.req.header('host') ?? new URL(context.req.url).host;
}

/** @throws HttpError `csrf_refused` for a page of somebody else; programs, which say nothing of pages, pass */
export function refuseForeignPage(context: Context): void {
  if (isOurOwn(context) === false) throw refused('origin', 'a request of our own page');
}

/**
 * A change that a cookie signed for: the header and the browser must both say that our own page ordered it.
 * @throws HttpError `csrf_refused`
 */
export function refuseForged(context: Context, csrf: string): void {
  if (isOurOwn(context) !== true) throw refused('origin', 'a request of our own page');
  const [given, wanted] = [Buffer.from(context.req.header(CSRF_HEADER) ?? ''), Buffer.from(csrf)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw refused(CSRF_HEADER, 'the `csrf` of GET /api/v1/session');
  }
}

function refused(field: string, expected: string): HttpError {
  const why = 'the request does not come from our own page';
  return new HttpError('csrf_refused', why, { kind: 'forbidden', field, expected });
}
