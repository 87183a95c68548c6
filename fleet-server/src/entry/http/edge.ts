import type { OpenAPIHono } from '@hono/zod-openapi';
import { CodedError } from '@plumbline/shared/errors';
import type { Principal, Sites } from '../../platform/access/index.ts';

export interface Variables {
  /** Who is signed in, as the audit names them. */
  actor: string;
  /** And what they may. */
  principal: Principal;
  /** On which sites the permission of this route holds for them. */
  reach: Sites;
  /** Of a browser; absent where a token signed in. */
  session: { id: string; name: string; csrf: string; hasPassword: boolean } | undefined;
}

/** The application that routes are added to. */
export type App = OpenAPIHono<{ Variables: Variables }>;

export type HttpErrorCode =
  | 'not_signed_in'
  | 'session_over'
  | 'csrf_refused' // a change by a cookie that our own page did not order
  | 'not_permitted' // the role does not hold it
  | 'all_sites_needed' // the role holds it, on some sites only
  | 'sites_out_of_reach' // a selector that may find devices of other sites
  | 'idempotency_key_malformed'
  | 'idempotency_key_reused' // for another request than before
  | 'idempotency_key_unsettled' // whether it was done is not known
  | 'idempotency_answer_secret' // it was done; what it answered is shown once
  | 'no_identity_provider'
  | 'no_such_route'
  | 'route_without_permission'
  | 'port_busy'
  | 'listen_failed'
  | 'body_malformed'
  | 'body_too_large';
export class HttpError extends CodedError<HttpErrorCode> {
  override readonly name = 'HttpError';
}
