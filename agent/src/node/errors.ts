import { CodedError } from '@plumbline/shared/errors';

export type NodeAgentErrorCode =
  | 'config_invalid'
  | 'state_unwritable'
  | 'device_key_malformed'
  | 'clock_backwards'
  | 'port_busy'
  | 'insecure_url'
  | 'not_enrolled'
  | 'not_running'
  | 'request_malformed'
  | 'request_too_large'
  | 'request_not_local'
  | 'no_such_route'
  | 'not_in_development';

/** Refusals of the gateway process itself; those of the core and of the ports keep their own codes. */
export class NodeAgentError extends CodedError<NodeAgentErrorCode> {
  override readonly name = 'NodeAgentError';
}
