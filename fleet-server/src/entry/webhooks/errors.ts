import { CodedError } from '@plumbline/shared/errors';

export type WebhookErrorCode =
  | 'webhook_unknown'
  | 'webhook_limit' // as many as there may be
  | 'webhook_url_refused' // scheme, or an address that events are not sent to
  | 'webhook_paused'
  | 'webhook_running' // nothing to resume
  | 'delivery_unknown'
  | 'event_id_malformed'
  | 'too_many_readers';

export class WebhookError extends CodedError<WebhookErrorCode> {
  override readonly name = 'WebhookError';
}

export function unknownWebhook(id: string): WebhookError {
  return new WebhookError('webhook_unknown', `no webhook ${id}`, {
    kind: 'not-found',
    field: 'webhook',
    expected: 'one that `webhooks list` shows',
  });
}
