import type { OpenAPIHono } from '@hono/zod-openapi';
import { CodedError } from '@plumbline/shared/errors';

/** The application that routes are added to; `actor` is who is signed in, as the audit names them. */
export type App = OpenAPIHono<{ Variables: { actor: string } }>;

export type HttpErrorCode =
  | 'not_signed_in'
  | 'no_such_route'
  | 'port_busy'
  | 'listen_failed'
  | 'body_malformed'
  | 'body_too_large';
export class HttpError extends CodedError<HttpErrorCode> {
  override readonly name = 'HttpError';
}
