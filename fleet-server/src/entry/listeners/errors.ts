import { CodedError } from '@plumbline/shared/errors';

export class ListenerError extends CodedError<
  | 'port_busy'
  | 'listen_failed'
  | 'tls_files_unreadable' // PLUMBLINE_TLS_CERT or PLUMBLINE_TLS_KEY
  | 'tls_name_taken' // a name by which devices come is one of the own certificate
> {
  override readonly name = 'ListenerError';
}
