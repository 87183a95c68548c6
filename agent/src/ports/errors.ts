import { CodedError } from '@plumbline/shared/errors';

export class StoreError extends CodedError<'store_full' | 'store_unavailable' | 'store_malformed'> {
  override readonly name = 'StoreError';
}

/** In the order in which an attempt gets further. */
export const LINK_ERRORS = [
  'dns_failed', // no address for this name
  'port_blocked', // nobody answers, or the port is closed
  'proxy_refused', // the proxy says no, naming its status
  'tls_failed', // no TLS 1.3 spoken there
  'tls_intercepted', // a certificate by somebody else: a proxy that reads along, or another server
  'certificate_unusable', // by a pinned authority, but not of a server: usage or key
  'certificate_wrong_name',
  'clock_suspect', // the certificate begins later than this device believes it is
  'certificate_expired',
  'link_unreachable', // a connection, and no MQTT session on it
  'link_refused', // the server says no
  'link_closed',
] as const;

export type LinkErrorCode = (typeof LINK_ERRORS)[number];

export class LinkError extends CodedError<LinkErrorCode> {
  override readonly name = 'LinkError';
}

export class InferenceError extends CodedError<'model_unloadable' | 'run_failed'> {
  override readonly name = 'InferenceError';
}
