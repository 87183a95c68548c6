import type { OpenAPIHono } from '@hono/zod-openapi';
import { CodedError } from '@plumbline/shared/errors';

/** The application that routes are added to. */
export type App = OpenAPIHono;

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
