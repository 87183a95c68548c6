import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { SESSION_LIFE } from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';

/** Bound to this very host, to TLS and to every path by its prefix, RFC 6265bis section 4.1.3.2. */
const NAME = '__Host-plumbline';
/** On loopback without TLS, in development alone, where a browser would not keep the other one. */
const PLAIN_NAME = 'plumbline-development';

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
