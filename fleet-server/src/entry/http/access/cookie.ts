import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { SESSION_LIFE } from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';

/** Bound to this very host, to TLS and to every path by its prefix, RFC 6265bis section 4.1.3.2. */
const NAME = '__Host-plumbline';
/** On loopback without TLS, in development alone, where a browser would not keep the other one. */
const PLAIN_NAME = 'plumbline-development';
const TICKET_NAME = '__Host-plumbline-away';
const PLAIN_TICKET_NAME = 'plumbline-away-development';

export function isPlain({ publicUrl }: Pick<Fleet, 'publicUrl'>): boolean {
  return publicUrl.startsWith('http://');
}

export function sessionCookie(context: Context, fleet: Fleet): string | undefined {
  return getCookie(context, isPlain(fleet) ? PLAIN_NAME : NAME);
}

/** @param id undefined takes it away */
export function setSessionCookie(context: Context, fleet: Fleet, id: string | undefined): void {
  const plain = isPlain(fleet);
  setCookie(context, plain ? PLAIN_NAME : NAME, id ?? '', {
    path: '/',
    httpOnly: true,
    secure: !plain,
    sameSite: 'Strict',
    maxAge: id === undefined ? 0 : SESSION_LIFE.absoluteMs / 1000,
  });
}

/** Of a sign-in that went to the identity provider. */
export function ticketCookie(context: Context, fleet: Fleet): string | undefined {
  return getCookie(context, isPlain(fleet) ? PLAIN_TICKET_NAME : TICKET_NAME);
}

/** Lax: the provider's page sends the browser back here, and a cookie that is Strict would not come with it. */
export function setTicketCookie(context: Context, fleet: Fleet, ticket: string | undefined, lifeMs: number): void {
  const plain = isPlain(fleet);
  setCookie(context, plain ? PLAIN_TICKET_NAME : TICKET_NAME, ticket ?? '', {
    path: '/',
    httpOnly: true,
    secure: !plain,
    sameSite: 'Lax',
    maxAge: lifeMs / 1000,
  });
}
